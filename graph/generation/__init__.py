"""Generation in the schema."""
