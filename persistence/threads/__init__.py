"""Stores of threads in Postgres."""
