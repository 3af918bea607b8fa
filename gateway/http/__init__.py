"""HTTP: bodies, content negotiation, compression, caching and security headers of GraphQL requests."""
