"""Types and root fields of search."""
