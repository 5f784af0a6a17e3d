"""What follows from the facts of the tracing desk."""
