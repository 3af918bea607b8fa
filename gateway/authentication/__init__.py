"""Authentication: access tokens, API keys, password hashing, OpenID Connect, revocations."""
