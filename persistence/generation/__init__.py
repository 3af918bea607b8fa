"""Generation in Postgres."""
