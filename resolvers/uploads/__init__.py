"""Resolvers of uploads."""
