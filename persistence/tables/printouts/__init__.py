"""Tables of printouts."""
