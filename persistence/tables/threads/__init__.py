"""Tables of threads."""
