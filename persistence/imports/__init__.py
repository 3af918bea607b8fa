"""The store of import reports."""
