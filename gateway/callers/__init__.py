"""Callers: address, device, app, origin and cookie of a request, read from its headers."""
