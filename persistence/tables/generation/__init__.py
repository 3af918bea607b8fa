"""Tables of generation."""
