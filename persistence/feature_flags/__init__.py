"""Feature flags in Postgres."""
