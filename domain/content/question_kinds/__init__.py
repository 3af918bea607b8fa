"""Question kinds: one file a kind, and the table of them."""
