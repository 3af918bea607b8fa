"""Places: how many streams and sockets one address and one user may have open, counted together."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.ids import UserId
from domain.throttles import network_of
from gateway.connections.refusals import RETRY_AFTER_S, Refusal
from gateway.connections.tallies import Tally
from gateway.http.errors import HttpError


class Places:
    """The two tallies that sockets enter too."""

    def __init__(self, per_address: Tally, per_user: Tally) -> None:
        self._per_address = per_address
        self._per_user = per_user

    @contextmanager
    def taken(self, address: str | None, user_id: UserId | None) -> Iterator[None]:
        """Hold a place until the end of the block; raises HttpError where there is none left."""
        held: list[tuple[Tally, str]] = []
        try:
            for tally, key in (
                (self._per_address, network_of(address) if address else ""),
                (self._per_user, user_id),
            ):
                if key is not None:
                    _enter(tally, key)
                    held.append((tally, key))
            yield
        finally:
            for tally, key in held:
                tally.leave(key)


def _enter(tally: Tally, key: str) -> None:
    if not tally.enter(key):
        refusal = Refusal.SOCKETS
        raise HttpError(
            refusal.status,
            refusal.code,
            f"At most {tally.most} streams and sockets may be open; close one first.",
            retry_after=str(RETRY_AFTER_S),
        )
