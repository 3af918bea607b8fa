"""Language models in the schema."""
