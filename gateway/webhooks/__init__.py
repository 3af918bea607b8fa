"""Webhooks: sends them to receivers, guards where they go, and keeps their secrets."""
