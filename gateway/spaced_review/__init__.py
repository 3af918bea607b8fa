"""Spaced review: the adapters of the FSRS packages."""
