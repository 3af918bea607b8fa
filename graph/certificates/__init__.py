"""Types and fields of certificates."""
