"""Storage of imports: what a file adds to the stored content, and its ids."""
