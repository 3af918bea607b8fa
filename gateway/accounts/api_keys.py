"""API keys at the door: read from the database at most once a second, and void as soon as a revocation is heard of."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from graphql import GraphQLError

from domain import api_keys
from domain.api_keys import LAST_USED_EVERY, MARK, KeyHolder
from domain.errors import UnavailableError
from domain.users import Viewer
from domain.work import Meter
from gateway.accounts.revocations import Revocations
from graph.documents import RefusedDocumentError
from resolvers.context import Ports

REMEMBERED_S = 1.0
"""How long a key is taken to be what it was; a revoked one is refused after that at the latest."""
_MOST_REMEMBERED = 10_000
_SCHEME = "bearer "


@dataclass(slots=True)
class Holding:
    """A key that is good: the caller that it makes, and when it expires in Unix seconds."""

    viewer: Viewer
    expires_at: float


def is_api_key(authorization: str) -> bool:
    """Tell whether an `Authorization` header brings a key and not an access token."""
    return authorization[: len(_SCHEME)].lower() == _SCHEME and _key_of(authorization).startswith(MARK)


class KeyDoor:
    """Knows the keys that were used in the last second; what is remembered is a digest, never a key."""

    def __init__(self, ports: Ports, revocations: Revocations) -> None:
        self._ports = ports
        self._revocations = revocations
        self._known: OrderedDict[str, tuple[float, Holding | None]] = OrderedDict()
        self._reading: dict[str, asyncio.Task[Holding | None]] = {}

    async def holding(self, authorization: str) -> Holding:
        """Return who calls with a key; raises RefusedDocumentError for one that is not good.

        A text that cannot be a key costs no statement, and any number of calls with one key share one.
        """
        key = _key_of(authorization)
        held = None
        if api_keys.is_well_formed(key):
            held = await self._held(api_keys.digest(key))
        if held is None or held.expires_at <= time.time():
            raise _refusal("UNAUTHENTICATED", "The API key is unknown, expired or revoked; use another.")
        return held

    async def _held(self, digest: str) -> Holding | None:
        known = self._known.get(digest)
        if known is not None and self._is_good(*known):
            return known[1]
        task = self._reading.get(digest)
        if task is None:
            task = self._reading[digest] = asyncio.create_task(self._read(digest))
            task.add_done_callback(lambda _: self._reading.pop(digest, None))
        try:
            return await asyncio.shield(task)
        except (UnavailableError, TimeoutError):
            raise _refusal("UPSTREAM_UNAVAILABLE", "The API key cannot be checked; try again.") from None

    def _is_good(self, read_at: float, held: Holding | None) -> bool:
        is_fresh = read_at > time.monotonic() - REMEMBERED_S
        return is_fresh and (held is None or not self._revocations.voids(held.viewer))

    async def _read(self, digest: str) -> Holding | None:
        began = time.monotonic()
        async with self._ports.open_reads(Meter()) as reads:
            holder = await reads.api_keys.holder(digest, now=self._ports.now())
        held = None
        if holder is not None:
            held = Holding(api_keys.viewer_of(holder), holder.expires_at.timestamp())
            await self._note_use(holder)
        self._known[digest] = (began, held)
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return held

    async def _note_use(self, holder: KeyHolder) -> None:
        now = self._ports.now()
        if holder.last_used_at is None or now - holder.last_used_at >= LAST_USED_EVERY:
            async with self._ports.open_work(Meter()) as work:
                await work.api_keys.used(holder.key_id, now=now)


def _key_of(authorization: str) -> str:
    return authorization[len(_SCHEME) :].strip()


def _refusal(code: str, message: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": code}))
