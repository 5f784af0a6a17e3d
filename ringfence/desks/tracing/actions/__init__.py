"""What people do at the tracing desk."""
