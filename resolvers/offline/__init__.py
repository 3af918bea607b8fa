"""Resolvers of what was done offline."""
