"""Resolvers and batches of threads."""
