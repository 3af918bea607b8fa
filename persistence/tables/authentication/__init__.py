"""Tables of authentication."""
