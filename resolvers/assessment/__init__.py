"""Resolvers and batches of assessment: quiz attempts."""
