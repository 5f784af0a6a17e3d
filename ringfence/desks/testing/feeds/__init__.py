"""How stations and laboratories hand in by file and by request."""
