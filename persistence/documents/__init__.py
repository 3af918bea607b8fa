"""Stores of documents: persisted queries, trusted documents, field usage."""
