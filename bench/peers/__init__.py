"""Peers: other servers that answer the same shapes from the same tables."""
