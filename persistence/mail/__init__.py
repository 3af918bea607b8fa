"""The store of the mail outbox."""
