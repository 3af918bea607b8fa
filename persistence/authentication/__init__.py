"""Stores of authentication: sessions, credentials, one-time tokens, attempt limits, external identities."""
