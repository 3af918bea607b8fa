"""Resolvers of analytics: performance and the dashboard."""
