"""Resolvers of service status."""
