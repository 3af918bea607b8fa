"""Types and mutations of printouts."""
