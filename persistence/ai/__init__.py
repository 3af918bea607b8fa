"""Calls of language models in Postgres."""
