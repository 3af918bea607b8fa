"""Types and mutations of bookmarks and notes."""
