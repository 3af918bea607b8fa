"""Spaced review: the adapters of the FSRS packages, and the handlers of its jobs."""
