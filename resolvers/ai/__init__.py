"""Resolvers of language models."""
