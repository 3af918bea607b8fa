"""Resolvers of authentication: sign-in, sessions, account recovery, external sign-in."""
