"""Resolvers and batches of printouts."""
