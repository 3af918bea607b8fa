"""Tables of study mode."""
