"""Scopes: what an API key may do, within the roles of its owner."""

from enum import Enum


class Scope(Enum):
    """One permission of a key."""

    READ_PROFILE = "READ_PROFILE"
    READ_LEARNING = "READ_LEARNING"
    WRITE_LEARNING = "WRITE_LEARNING"
    IMPORT_CONTENT = "IMPORT_CONTENT"
    ADMIN_READ = "ADMIN_READ"
    RUN_JOBS = "RUN_JOBS"
    SEND_MAIL = "SEND_MAIL"
    READ_OPERATIONS = "READ_OPERATIONS"
