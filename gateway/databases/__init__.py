"""Databases: migrations, and an embedded Postgres for development and tests."""
