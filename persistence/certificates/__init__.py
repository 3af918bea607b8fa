"""Certificates in Postgres."""
