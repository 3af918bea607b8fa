"""Feature flags in the schema."""
