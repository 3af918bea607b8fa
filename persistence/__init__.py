"""Where it is kept: Postgres and Redis behind the domain's Protocols."""
