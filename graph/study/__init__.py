"""Types and mutations of study mode."""
