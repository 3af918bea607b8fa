"""Resolvers and batches of search."""
