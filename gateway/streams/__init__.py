"""Streams of responses over websockets and server-sent events."""
