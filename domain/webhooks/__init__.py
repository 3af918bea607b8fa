"""Webhooks: events of the platform that are sent to other systems."""
