"""All tables, for the migrations and the check that the two are in step."""

from persistence import idempotency, sessions, users
from persistence.base import metadata

__all__ = ["idempotency", "metadata", "sessions", "users"]
