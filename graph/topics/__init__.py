"""Types and mutations of topic chains."""
