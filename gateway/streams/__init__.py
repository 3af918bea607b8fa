"""Streams: many responses to one client, over a websocket or as events."""
