"""Resolvers of feature flags."""
