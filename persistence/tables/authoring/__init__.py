"""Tables of authoring."""
