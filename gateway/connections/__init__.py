"""Connections: bytes between uvicorn and the application, with a bound on everything that a client may draw out."""
