"""Stores of bookmarks and notes."""
