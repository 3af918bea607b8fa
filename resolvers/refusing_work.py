"""Refusing work: stands for the stores of a request that is refused already, while its other fields are checked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from domain.errors import DomainError
from domain.refusals import refuse
from domain.unit_of_work import Meter
from domain.work import Work


class _RefusingStores:
    """Any store, and any method of one; calling it raises the refusals."""

    __slots__ = ("_refusals",)

    def __init__(self, refusals: list[DomainError]) -> None:
        self._refusals = refusals

    def __getattr__(self, _name: str) -> "_RefusingStores":
        return self

    def __call__(self, *_given: object, **_named: object) -> NoReturn:
        refuse(self._refusals)
        raise LookupError("there is no refusal")


@asynccontextmanager
async def refusing_work(refusals: list[DomainError], _meter: Meter) -> AsyncIterator[Work]:
    """Open stores that raise the refusals at every call, and reach no database."""
    stores: Any = _RefusingStores(refusals)
    yield stores
