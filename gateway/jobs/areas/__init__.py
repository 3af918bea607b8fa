"""Handlers of the jobs of each area."""
