"""Study sessions in Postgres."""
