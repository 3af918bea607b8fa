"""Scopes: what an API key may reach, beside the roles of its owner."""

from enum import Enum


class Scope(Enum):
    """One thing that a key may do."""

    READ_PROFILE = "READ_PROFILE"
    READ_LEARNING = "READ_LEARNING"
    WRITE_LEARNING = "WRITE_LEARNING"
    IMPORT_CONTENT = "IMPORT_CONTENT"
    ADMIN_READ = "ADMIN_READ"
