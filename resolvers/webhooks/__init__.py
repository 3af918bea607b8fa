"""Resolvers of webhooks."""
