"""Postgres refusals: which errors are the server's state rather than our mistake, and what callers are told."""

from enum import Enum
from typing import NamedTuple

import asyncpg

from domain.errors import RolledBackError, UnavailableError

LOST = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)
"""What a connection that died may raise, beside the states below."""
FAILURES = (asyncpg.PostgresError, *LOST)
"""What a statement may raise."""


class Reason(Enum):
    """Why Postgres refused, as the log, the metrics and /health/ready name it."""

    AWAY = "does_not_answer"
    REFUSED_LOGIN = "refuses_the_login"
    FULL = "out_of_space"
    EXHAUSTED = "out_of_resources"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    CONFLICT = "conflict"
    LATE = "too_late"
    DAMAGED = "damaged"


class ServerRefusal(NamedTuple):
    """What a state of the server means: a reason for operators, and a sentence for people."""

    reason: Reason
    message: str


_AWAY = ServerRefusal(Reason.AWAY, "The database does not answer; try again in a moment.")
_LOGIN = ServerRefusal(Reason.REFUSED_LOGIN, _AWAY.message)
_FULL = ServerRefusal(
    Reason.FULL, "Nothing can be saved at the moment, only read; try again in a few minutes."
)
_READ_ONLY = ServerRefusal(Reason.READ_ONLY, _FULL.message)
_EXHAUSTED = ServerRefusal(Reason.EXHAUSTED, "The database is overloaded; try again in a few seconds.")
LOCKED = ServerRefusal(
    Reason.LOCKED, "Too many wait for the same data at the moment; try again in a few seconds."
)
_CONFLICT = ServerRefusal(Reason.CONFLICT, "Others changed the same data at the same moment; try again.")
_LATE = ServerRefusal(Reason.LATE, "")
_DAMAGED = ServerRefusal(Reason.DAMAGED, "The database cannot read or write this; try again later.")

STATES: dict[str, ServerRefusal] = {
    "08": _AWAY,  # the connection
    "25006": _READ_ONLY,
    "25P03": _AWAY,  # idle in a transaction for too long
    "25P04": _LATE,
    "28": _LOGIN,
    "3D": _LOGIN,  # the database has gone
    "40001": _CONFLICT,
    "40003": _AWAY,  # whether the statement was completed is unknown
    "40P01": _CONFLICT,
    "42501": _DAMAGED,  # a grant is missing, or the file system became read-only
    "53": _EXHAUSTED,
    "53100": _FULL,
    "54000": _EXHAUSTED,  # no transaction ids are left
    "55006": LOCKED,  # something else uses the object
    "55P03": LOCKED,
    "57": _AWAY,  # an operator's intervention
    "57014": _LATE,
    "58": _DAMAGED,  # the system: input and output, files
    "72": _CONFLICT,  # the snapshot is too old
    "F0": _AWAY,  # the configuration file
    "XX": _DAMAGED,
}
"""The states of the server by SQLSTATE, or by its class where all of the class are; all others are our mistakes."""

_UNSENT = ("connection is closed", "cannot switch to state", "not connected")
"""Parts of the messages of the driver that say that a connection had died before the statement was sent."""


def of(error: BaseException) -> ServerRefusal | None:
    """Return what the error says about the server; None where it is our mistake."""
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return _CONFLICT  # a migration has changed a table meanwhile
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate:
        return STATES.get(error.sqlstate) or STATES.get(error.sqlstate[:2])
    return _AWAY if is_lost(error) else None


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection died, as opposed to a use of the driver that it refuses."""
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return True  # of several hosts none can write, as during a failover
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return is_unsent(error) or "pool is closed" in str(error)
    return isinstance(error, LOST) and not isinstance(error, TimeoutError)


def is_unsent(error: BaseException) -> bool:
    """Tell whether the connection had died before the statement was sent, so that nothing can have been done."""
    is_drivers = isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError)
    return is_drivers and any(part in str(error) for part in _UNSENT)


def may_pass(error: BaseException) -> bool:
    """Tell whether the same on another connection may succeed at once."""
    refusal = of(error)
    return refusal is not None and refusal.reason in {Reason.AWAY, Reason.CONFLICT}


def told(refusal: ServerRefusal) -> Exception:
    """Return the error that callers are told."""
    if refusal.reason is Reason.LATE:
        return TimeoutError()
    return (RolledBackError if refusal.reason is Reason.CONFLICT else UnavailableError)(refusal.message)
