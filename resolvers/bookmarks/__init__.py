"""Resolvers and batches of bookmarks and notes."""
