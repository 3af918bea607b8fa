"""Limits on open streams and websockets, counted together per address and per user."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.authentication.attempt_limits import network_of
from domain.ids import UserId
from gateway.connections.keyed_counters import KeyedCounter
from gateway.connections.refusals import RETRY_AFTER_S, RequestRefusal
from gateway.http.errors import HttpError


class ConnectionSlots:
    """Counts the open streams in the counters that websockets use too."""

    def __init__(self, per_address: KeyedCounter, per_user: KeyedCounter) -> None:
        self._per_address = per_address
        self._per_user = per_user

    @contextmanager
    def taken(self, address: str | None, user_id: UserId | None) -> Iterator[None]:
        """Count a stream until the end of the block; raises HttpError with 429 if one of the limits is reached."""
        counted: list[tuple[KeyedCounter, str]] = []
        try:
            for counter, key in (
                (self._per_address, network_of(address) if address else ""),
                (self._per_user, user_id),
            ):
                if key is not None:
                    _enter(counter, key)
                    counted.append((counter, key))
            yield
        finally:
            for counter, key in counted:
                counter.leave(key)


def _enter(counter: KeyedCounter, key: str) -> None:
    if not counter.enter(key):
        refusal = RequestRefusal.SOCKETS
        raise HttpError(
            refusal.status,
            refusal.code,
            f"At most {counter.most} streams and sockets may be open; close one first.",
            retry_after=str(RETRY_AFTER_S),
        )
