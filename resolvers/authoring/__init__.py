"""Resolvers of authoring: creating and editing roadmaps."""
