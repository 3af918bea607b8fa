"""Workflows in Postgres."""
