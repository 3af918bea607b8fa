"""Stores of webhooks."""
