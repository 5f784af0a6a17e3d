"""What can be asked of the registry, by what it is about."""
