"""Types and mutations of assessment: quiz attempts."""
