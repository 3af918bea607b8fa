"""The schema of what was done offline."""
