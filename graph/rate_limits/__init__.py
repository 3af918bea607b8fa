"""Types of rate limits."""
