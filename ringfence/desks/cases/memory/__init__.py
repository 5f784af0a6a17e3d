"""How the cases desk remembers. Only these modules write its tables."""
