"""Tables of the quality of questions."""
