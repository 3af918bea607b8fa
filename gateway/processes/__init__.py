"""Processes: the server, its workers and their supervisor, and the graceful shutdown."""
