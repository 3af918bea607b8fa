"""The door: HTTP, websockets, settings, security, and the composition of all the other layers."""
