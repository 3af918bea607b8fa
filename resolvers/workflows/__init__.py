"""Resolvers of workflows."""
