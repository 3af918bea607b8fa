"""Mail: the messages to users, and the outbox from which they are sent."""
