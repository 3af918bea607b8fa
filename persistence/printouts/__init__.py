"""Printouts in Postgres."""
