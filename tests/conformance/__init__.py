"""The gateway as the clients that people use see it."""
