"""Line lists told as facts: each row whole or not at all, and a row already on record only where it differs."""
