"""What follows from the facts of the testing desk."""
