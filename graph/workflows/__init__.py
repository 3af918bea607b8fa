"""Workflows and their templates in the schema."""
