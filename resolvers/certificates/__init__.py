"""Resolvers of certificates."""
