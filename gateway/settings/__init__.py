"""Settings: read once from the environment and checked; no other code reads the environment."""
