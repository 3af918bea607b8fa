"""Resolvers of rate limits."""
