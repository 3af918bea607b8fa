"""Stores of analytics: roll-ups and the dashboard."""
