"""Settings: what an operator may set, read once and checked; nobody else reads the environment."""
