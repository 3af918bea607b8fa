"""Resolvers of documents: field usage."""
