"""Revocations: the access tokens that are void before they expire, and the sockets to close with them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.accounts import access_revocation
from domain.accounts.access_revocation import AccessChange
from domain.accounts.users import Viewer
from domain.ids import SessionId, UserId
from domain.signals import Signals
from domain.unit_of_work import Meter
from gateway.authentication.access_tokens import ACCESS_LIFETIME
from resolvers.context import Ports

POLL_EVERY_S = 0.5
TIDY_EVERY_S = 60.0
_KEPT_FOR = timedelta(hours=1)
_SESSIONS_KEPT_FOR = timedelta(days=91)
_LOOK_BACK = ACCESS_LIFETIME + timedelta(minutes=1)
"""An older change voids no token that is still valid, even if the clocks of two machines differ."""
_FORBIDDEN = 4403


@dataclass(slots=True, eq=False)
class RevocableConnection:
    """An open connection that ends when its viewer's access token becomes void."""

    viewer: Viewer
    end: Callable[[int, str], None]


class Revocations:
    """Answers with two look-ups in memory whether an access token is void.

    Signals update the memory at once. The stored changes are also read twice a second, so that a lost signal
    costs half a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended: dict[SessionId, float] = {}
        self._versions: dict[UserId, tuple[int, float]] = {}
        self._connections: dict[str, set[RevocableConnection]] = {}
        self._mark = 0

    def voids(self, viewer: Viewer) -> bool:
        """Tell whether the viewer's access token is void."""
        if viewer.session_id in self._ended:
            return True
        lowest = self._versions.get(viewer.user_id)
        return lowest is not None and viewer.version < lowest[0]

    def register(self, viewer: Viewer, end: Callable[[int, str], None]) -> RevocableConnection:
        """Call `end` with a close code and a reason when the viewer's access token becomes void."""
        connection = RevocableConnection(viewer, end)
        for key in (viewer.session_id, viewer.user_id):
            self._connections.setdefault(key, set()).add(connection)
        return connection

    def leave(self, connection: RevocableConnection) -> None:
        """Remove a connection; a second time changes nothing."""
        for key in (connection.viewer.session_id, connection.viewer.user_id):
            connections = self._connections.get(key, set())
            connections.discard(connection)
            if not connections:
                self._connections.pop(key, None)

    def apply(self, change: AccessChange) -> None:
        """Apply a change and end the connections it concerns; a second time changes nothing."""
        if change.session_id is not None:
            self._ended[change.session_id] = self._clock()
            self._clear(change.session_id, "The session ended")
            return
        lowest, _ = self._versions.get(change.user_id, (0, 0.0))
        self._versions[change.user_id] = (max(lowest, change.version), self._clock())
        self._clear(change.user_id, "Your access changed; refresh the session and connect again")

    async def hear(self, signals: Signals) -> None:
        """Apply the changes in signals until cancelled."""
        async with signals.listen(access_revocation.TOPIC) as received:
            async for signal in received:
                if (change := access_revocation.change_in(signal)) is not None:
                    self.apply(change)

    async def read(self, ports: Ports) -> None:
        """Apply the stored changes that were committed since the last read."""
        async with ports.open_reads(Meter()) as reads:
            found = await reads.access.since(self._mark, earliest=ports.now() - _LOOK_BACK)
        for change in found.changes:
            self.apply(change)
        self._mark = found.mark

    async def poll(self, ports: Ports, complain: Callable[[Exception, float], None]) -> None:
        """Read the stored changes twice a second until cancelled, and remove old ones once a minute."""
        tidied = self._clock()
        complained = False
        while True:
            try:
                await self.read(ports)
                if self._clock() - tidied > TIDY_EVERY_S:
                    tidied = self._clock()
                    await self.tidy(ports)
                complained = False
            except Exception as error:  # noqa: BLE001 - a job survives every failure of its database
                if not complained:  # once for each outage, not twice a second
                    complain(error, POLL_EVERY_S)
                complained = True
            await asyncio.sleep(POLL_EVERY_S)

    async def tidy(self, ports: Ports) -> None:
        """Remove changes older than every valid token, here and in the database, and sessions that ended long ago."""
        oldest = self._clock() - _LOOK_BACK.total_seconds()
        self._ended = {key: at for key, at in self._ended.items() if at > oldest}
        self._versions = {key: kept for key, kept in self._versions.items() if kept[1] > oldest}
        async with ports.open_work(Meter()) as work:
            await work.access.forget(before=ports.now() - _KEPT_FOR)
            await work.sessions.forget(unused_since=ports.now() - _SESSIONS_KEPT_FOR)

    def _clear(self, key: str, reason: str) -> None:
        for connection in [found for found in self._connections.get(key, ()) if self.voids(found.viewer)]:
            connection.end(_FORBIDDEN, reason)
