"""What can be asked of the tracing desk."""
