"""What people do at the testing desk: open rounds and sites, seal tubes, carry boxes, read results."""
