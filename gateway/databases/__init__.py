"""Databases: the newest migration on any Postgres, and a Postgres of our own for development and tests."""
