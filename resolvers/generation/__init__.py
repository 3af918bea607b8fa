"""Resolvers of generation."""
