"""Batches of media."""
