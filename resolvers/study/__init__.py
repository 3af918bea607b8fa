"""Resolvers and batches of study mode."""
