"""Service status: services of others that the platform depends on, and what works at present."""
