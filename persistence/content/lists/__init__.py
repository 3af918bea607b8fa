"""Lists of content in Postgres: pages with filters."""
