"""Tables of spaced review."""
