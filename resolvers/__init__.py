"""Resolvers: open work, call one domain verb, and return domain objects."""
