"""Documents: parsing, validation, limits and cost of an operation before it runs."""
