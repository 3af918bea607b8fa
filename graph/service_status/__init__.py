"""Service status in the schema."""
