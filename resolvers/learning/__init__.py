"""Resolvers and batches of learning: enrolments, goals."""
