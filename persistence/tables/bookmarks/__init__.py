"""Tables of bookmarks and notes."""
