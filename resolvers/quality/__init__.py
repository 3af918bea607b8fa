"""Resolvers and batches of the quality of questions."""
