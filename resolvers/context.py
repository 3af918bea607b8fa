"""The context of one operation (or one subscription event): who asks, and what answering may use."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from aiodataloader import DataLoader

from domain.audit import Origin
from domain.errors import DomainError
from domain.external_identities import Provider
from domain.ids import Mint, UserId
from domain.passwords import Passwords
from domain.rate_rules import RateLimit
from domain.signals import Signals
from domain.users import Viewer
from domain.work import Meter, OpenWork, Work
from resolvers.batches import Batch
from resolvers.board_feed import BoardFeed
from resolvers.desk import Desk
from resolvers.door import Door

LARGEST_BATCH = 1_000


class UnauthenticatedError(DomainError):
    """The operation needs a signed-in caller."""

    code = "UNAUTHENTICATED"


class AccessTokens(Protocol):
    """Writes access tokens, which the gateway reads back at the door."""

    def issue(self, viewer: Viewer, *, now: datetime, until: datetime | None = None) -> tuple[str, datetime]:
        """Return a signed token and the moment it expires, `until` at the latest."""


@dataclass(slots=True)
class Ports:
    """What the gateway lends to every operation; one object a process."""

    open_reads: OpenWork
    open_step: OpenWork
    open_work: OpenWork
    signals: Signals
    passwords: Passwords
    tokens: AccessTokens
    refresh_secret: bytes
    now: Callable[[], datetime]
    mint: Mint
    previous_refresh_secrets: tuple[bytes, ...] = ()
    randomness: Callable[[int], bytes] = os.urandom
    boards: BoardFeed = field(default_factory=BoardFeed)
    public_url: str = "http://127.0.0.1:8000"
    google: Provider | None = None
    watch: "Callable[[Context], AbstractContextManager[None]] | None" = None
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.open_step, self.mint)


@dataclass(slots=True)
class Context:
    """One operation. `refused` holds the coordinates that the caller's roles do not reach.

    `find_door` is asked once and only where something wants to know: most operations do not. `find_rates` reads the
    caller's own rate limits, where there are any. `mark` is the last event of a stream that the client knows.
    """

    ports: Ports
    viewer: Viewer | None
    request_id: str
    refused: dict[str, str] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    find_door: Callable[[], Door] = Door
    opened_door: Door | None = None
    find_rates: Callable[[], Awaitable[RateLimit]] | None = None
    mark: str | None = None
    _loaders: dict[Any, "DataLoader[Any, Any]"] = field(default_factory=dict)

    @property
    def user_id(self) -> UserId:
        """The caller's id; raises UnauthenticatedError for an anonymous one, whom the rules keep out before."""
        return self.caller.user_id

    @property
    def viewer_id(self) -> UserId | None:
        """The caller's id; None for an anonymous one."""
        return self.viewer.user_id if self.viewer else None

    @property
    def caller(self) -> Viewer:
        """The authenticated caller; raises UnauthenticatedError for an anonymous one."""
        if self.viewer is None:
            raise UnauthenticatedError("Sign in and send the access token.")
        return self.viewer

    @property
    def door(self) -> Door:
        """The door that the operation came through."""
        if self.opened_door is None:
            self.opened_door = self.find_door()
        return self.opened_door

    @property
    def origin(self) -> Origin:
        """Where an act of this operation comes from, for the audit log."""
        session_id = self.viewer.session_id if self.viewer else None
        return Origin(address=self.door.masked_address, session_id=session_id)

    def now(self) -> datetime:
        """The current moment, UTC."""
        return self.ports.now()

    def open_reads(self) -> AbstractAsyncContextManager[Work]:
        """Open the stores for one batch or one root read."""
        return self.ports.open_reads(self.meter)

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Work]:
        """Open one transaction; what the loaders knew before is forgotten once it is committed."""
        async with self.ports.open_work(self.meter) as work:
            yield work
        self.forget()

    def watched(self) -> AbstractContextManager[None]:
        """Return the block in which an event of a subscription is answered, which may be traced."""
        return nullcontext() if self.ports.watch is None else self.ports.watch(self)

    async def load(self, batch: Batch, key: Any, **arguments: Any) -> Any:
        """Load one key through its batch, together with every other key asked for in the same tick."""
        name = (batch, *arguments.items())
        loader = self._loaders.get(name)
        if loader is None:
            loader = self._loaders[name] = DataLoader(
                partial(self._load, batch, arguments), max_batch_size=LARGEST_BATCH
            )
        # Shielded, because graphql-core cancels the siblings of a failed field, and others wait for this key too.
        return await asyncio.shield(loader.load(key))

    async def _load(self, batch: Batch, arguments: dict[str, Any], keys: list[Any]) -> list[Any]:
        meter = self.meter
        meter.batches += 1
        meter.keys += len(keys)
        if meter.trace is None:
            return await batch.load(self, keys, **arguments)
        with meter.trace.batch(batch.name, len(keys)):
            return await batch.load(self, keys, **arguments)

    async def gather(self, *waiting: Awaitable[Any]) -> list[Any]:
        """Wait for several answers together, so that their batches fill; the first failure is raised."""
        return list(await asyncio.gather(*waiting))

    def forget(self) -> None:
        """Forget what the loaders know, as after a commit or before the next event of a subscription."""
        self._loaders.clear()
