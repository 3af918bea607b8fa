"""Types and mutations of threads."""
