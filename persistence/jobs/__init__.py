"""Jobs, queues and workers in Postgres."""
