"""Workflows: jobs that run after each other, as templates say."""
