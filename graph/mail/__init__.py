"""E-mail preferences in the schema."""
