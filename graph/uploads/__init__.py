"""Types and mutations of uploads."""
