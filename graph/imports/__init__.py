"""Types and mutations of imports."""
