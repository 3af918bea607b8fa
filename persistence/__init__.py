"""Persistence: Postgres and Redis behind the domain's Protocols."""
