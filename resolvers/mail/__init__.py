"""Resolvers of e-mail preferences."""
