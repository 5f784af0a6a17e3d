"""How the testing desk remembers: rounds and sites, tubes on their way, laboratories, holds."""
