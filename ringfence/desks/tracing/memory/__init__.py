"""How the facts of cases, contacts and their follow-up are remembered."""
