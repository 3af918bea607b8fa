"""Types and mutations of spaced review."""
