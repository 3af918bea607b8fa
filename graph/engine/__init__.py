"""The compiled executor: an operation becomes a plan once, and a plan runs level by level. It knows GraphQL only."""
