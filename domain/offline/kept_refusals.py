"""Kept refusals: the refusals of an event as JSON, so that it gets the same ones when it is sent again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.offline.event_kinds.table import KINDS
from domain.offline.events import EventIdReusedError, EventTooOldError, TooManyWaitingEventsError

_OF_ALL = (
    InvalidInputError,
    NotFoundError,
    EventTooOldError,
    EventIdReusedError,
    TooManyWaitingEventsError,
)
REFUSALS: tuple[type[DomainError], ...] = tuple(
    dict.fromkeys([*_OF_ALL, *(refusal for rules in KINDS.values() for refusal in rules.refuses)])
)
"""Every refusal that an event may get."""
_BY_CODE = {refusal.code: refusal for refusal in REFUSALS}


def written(refusals: Iterable[DomainError]) -> list[dict[str, Any]]:
    """Return refusals as JSON: the code, and the attributes of each."""
    return [{"code": refusal.code, **vars(refusal)} for refusal in refusals]


def read(stored: Sequence[Mapping[str, Any]]) -> list[DomainError]:
    """Return the refusals that `written` wrote."""
    return [_refusal(**each) for each in stored]


def _refusal(code: str, **attributes: Any) -> DomainError:
    kind = _BY_CODE[code]
    refusal = kind.__new__(kind, attributes["message"])
    vars(refusal).update(attributes)
    return refusal
