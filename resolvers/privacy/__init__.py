"""Resolvers of privacy: data exports, account deletion, profile visibility."""
