"""Guards of readers: against archives, documents and names that are made to do harm."""
