"""Resolvers and batches of accounts."""
