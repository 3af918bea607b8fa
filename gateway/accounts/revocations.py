"""Revocations: which access tokens are void before they expire, and the open sockets that go with them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain import access
from domain.access import AccessChange
from domain.ids import SessionId, UserId
from domain.signals import Signals
from domain.users import Viewer
from domain.work import Meter
from gateway.accounts.tokens import ACCESS_LIFETIME
from resolvers.context import Ports

POLL_EVERY_S = 0.5
TIDY_EVERY_S = 60.0
_KEPT_FOR = timedelta(hours=1)
_SESSIONS_KEPT_FOR = timedelta(days=91)
_LOOK_BACK = ACCESS_LIFETIME + timedelta(minutes=1)
"""A change from before then voids no token that is alive, even where the clocks of two machines differ."""
_FORBIDDEN = 4403


@dataclass(slots=True, eq=False)
class Seat:
    """A connection that is open as long as its viewer's access token is good."""

    viewer: Viewer
    end: Callable[[int, str], None]


class Revocations:
    """What every request asks: two look-ups in memory, whatever happened elsewhere.

    The memory is fed by signals at once and by reading the stored changes twice a second, so that a lost signal
    costs half a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended: dict[SessionId, float] = {}
        self._versions: dict[UserId, tuple[int, float]] = {}
        self._seats: dict[str, set[Seat]] = {}
        self._mark = 0

    def voids(self, viewer: Viewer) -> bool:
        """Tell whether the viewer's access token is void by now."""
        if viewer.session_id in self._ended:
            return True
        good = self._versions.get(viewer.user_id)
        return good is not None and viewer.version < good[0]

    def take_seat(self, viewer: Viewer, end: Callable[[int, str], None]) -> Seat:
        """Have `end` called with a close code and a reason when the viewer's access token becomes void."""
        seat = Seat(viewer, end)
        for key in (viewer.session_id, viewer.user_id):
            self._seats.setdefault(key, set()).add(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Give up a seat; a second time changes nothing."""
        for key in (seat.viewer.session_id, seat.viewer.user_id):
            seats = self._seats.get(key, set())
            seats.discard(seat)
            if not seats:
                self._seats.pop(key, None)

    def apply(self, change: AccessChange) -> None:
        """Take a change in and end the connections that it concerns; a second time changes nothing."""
        if change.session_id is not None:
            self._ended[change.session_id] = self._clock()
            self._clear(change.session_id, "The session ended")
            return
        good, _ = self._versions.get(change.user_id, (0, 0.0))
        self._versions[change.user_id] = (max(good, change.version), self._clock())
        self._clear(change.user_id, "Your access changed; refresh the session and connect again")

    async def hear(self, signals: Signals) -> None:
        """Take in what the signals tell, until cancelled."""
        async with signals.listen(access.TOPIC) as heard:
            async for signal in heard:
                if (change := access.heard(signal)) is not None:
                    self.apply(change)

    async def read(self, ports: Ports) -> None:
        """Take in the stored changes that were committed since the last reading."""
        async with ports.open_reads(Meter()) as reads:
            found = await reads.access.since(self._mark, earliest=ports.now() - _LOOK_BACK)
        for change in found.changes:
            self.apply(change)
        self._mark = found.mark

    async def poll(self, ports: Ports, complain: Callable[[Exception, float], None]) -> None:
        """Read the stored changes twice a second until cancelled, and tidy up once a minute."""
        tidied = self._clock()
        complained = False
        while True:
            try:
                await self.read(ports)
                if self._clock() - tidied > TIDY_EVERY_S:
                    tidied = self._clock()
                    await self.tidy(ports)
                complained = False
            except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
                if not complained:  # once for each outage, not twice a second
                    complain(error, POLL_EVERY_S)
                complained = True
            await asyncio.sleep(POLL_EVERY_S)

    async def tidy(self, ports: Ports) -> None:
        """Forget, here and in the database, what no living token is older than, and sessions that are long over."""
        oldest = self._clock() - _LOOK_BACK.total_seconds()
        self._ended = {key: at for key, at in self._ended.items() if at > oldest}
        self._versions = {key: kept for key, kept in self._versions.items() if kept[1] > oldest}
        async with ports.open_work(Meter()) as work:
            await work.access.forget(before=ports.now() - _KEPT_FOR)
            await work.sessions.forget(unused_since=ports.now() - _SESSIONS_KEPT_FOR)

    def _clear(self, key: str, reason: str) -> None:
        for seat in [seat for seat in self._seats.get(key, ()) if self.voids(seat.viewer)]:
            seat.end(_FORBIDDEN, reason)
