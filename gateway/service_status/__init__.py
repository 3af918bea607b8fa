"""Service status: the circuit breakers around services of others."""
