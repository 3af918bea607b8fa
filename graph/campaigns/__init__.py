"""Types, root fields and mutations of campaigns."""
