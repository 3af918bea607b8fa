"""Builders: make a valid object of each kind; a test sets only the values that matter to it."""

import itertools
import os
from datetime import UTC, datetime
from typing import Any

from domain import ids
from domain.accounts.users import NewUser, Role
from domain.ids import UserId

_numbers = itertools.count(1)
_milliseconds = itertools.count(1_772_000_000_000)


def mint(prefix: str) -> str:
    """Make an identifier; each is a millisecond later than the one before."""
    return ids.compose(prefix, milliseconds=next(_milliseconds), randomness=os.urandom(10))


def a_user(**values: Any) -> NewUser:
    number = next(_numbers)
    return NewUser(
        **{
            "id": UserId(mint("user")),
            "handle": f"learner{number}",
            "display_name": f"Learner {number}",
            "email": f"learner{number}@example.org",
            "password_hash": "hash of: correct horse battery",
            "time_zone": "UTC",
            "roles": [Role.LEARNER],
            "joined_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        | values
    )
