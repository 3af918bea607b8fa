"""Types and mutations of learning: enrolments, goals."""
