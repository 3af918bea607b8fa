"""Connections: uvicorn's protocols with a limit on everything that a client controls."""
