"""Types and mutations of authoring."""
