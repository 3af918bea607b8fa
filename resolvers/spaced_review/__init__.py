"""Resolvers and batches of spaced review."""
