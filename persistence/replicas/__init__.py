"""Read replicas: servers that follow the primary, and answer queries while they are recent enough."""
