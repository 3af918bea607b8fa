"""Service status in Postgres."""
