"""GraphQL documents: persisted queries, trusted documents, field usage."""
