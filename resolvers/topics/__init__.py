"""Resolvers and batches of topic chains."""
