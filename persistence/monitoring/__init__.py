"""Monitoring: what operators read about the database and its users."""
