"""The store of search."""
