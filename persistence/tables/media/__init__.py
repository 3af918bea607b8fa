"""Tables of media."""
