"""Gateway: HTTP, websockets, settings and security, and the composition of all other layers."""
