"""API key lookup: each key is read at most once a second, and refused as soon as its revocation is known."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from graphql import GraphQLError

from domain.accounts import api_keys
from domain.accounts.api_keys import LAST_USED_EVERY, MARK, ActiveApiKey
from domain.accounts.users import Viewer
from domain.errors import UnavailableError
from domain.rate_limits.preparation import KEY_LOOKUP
from domain.unit_of_work import Meter
from gateway.authentication.revocations import Revocations
from gateway.rate_limits.preparation import FindRequest, Preparation
from graph.documents.prepared import RefusedDocumentError
from resolvers.context import Ports

REMEMBERED_S = 1.0
"""How long a key is remembered; a revoked one is refused after that at the latest."""
_MOST_REMEMBERED = 10_000
_SCHEME = "bearer "


@dataclass(slots=True)
class KnownApiKey:
    """A valid key: the caller that it authenticates, and when it expires in Unix seconds."""

    viewer: Viewer
    expires_at: float


def is_api_key(authorization: str) -> bool:
    """Tell whether an `Authorization` header contains an API key and not an access token."""
    return authorization[: len(_SCHEME)].lower() == _SCHEME and _key_of(authorization).startswith(MARK)


class ApiKeyLookup:
    """Remembers the keys that were used in the last second, by digest and never by the key itself."""

    def __init__(self, ports: Ports, revocations: Revocations, preparation: Preparation) -> None:
        self._ports = ports
        self._revocations = revocations
        self._preparation = preparation
        self._known: OrderedDict[str, tuple[float, KnownApiKey | None]] = OrderedDict()
        self._reading: dict[str, asyncio.Task[KnownApiKey | None]] = {}

    async def known(self, authorization: str, find_request: FindRequest) -> KnownApiKey:
        """Return a valid key with its caller; raises RefusedDocumentError for any other.

        A text that cannot be a key costs no statement, and concurrent calls with one key share one. The address pays
        for the lookup of a key that turns out to be unknown.
        """
        key = _key_of(authorization)
        found = None
        if api_keys.is_well_formed(key):
            found = await self._find(api_keys.digest(key), find_request)
        if found is None or found.expires_at <= time.time():
            raise _refusal("UNAUTHENTICATED", "The API key is unknown, expired or revoked; use another.")
        return found

    async def _find(self, digest: str, find_request: FindRequest) -> KnownApiKey | None:
        known = self._known.get(digest)
        if known is not None and self._is_fresh(*known):
            return known[1]
        task = self._reading.get(digest)
        if task is None:
            self._preparation.charge(KEY_LOOKUP, None, find_request)
            task = self._reading[digest] = asyncio.create_task(self._read(digest, find_request))
            task.add_done_callback(lambda _: self._reading.pop(digest, None))
        try:
            return await asyncio.shield(task)
        except (UnavailableError, TimeoutError):
            raise _refusal("UPSTREAM_UNAVAILABLE", "The API key cannot be checked; try again.") from None

    def _is_fresh(self, read_at: float, found: KnownApiKey | None) -> bool:
        is_recent = read_at > time.monotonic() - REMEMBERED_S
        return is_recent and (found is None or not self._revocations.voids(found.viewer))

    async def _read(self, digest: str, find_request: FindRequest) -> KnownApiKey | None:
        began = time.monotonic()
        async with self._ports.open_reads(Meter()) as reads:
            active = await reads.api_keys.active(digest, now=self._ports.now())
        found = None
        if active is not None:
            found = KnownApiKey(api_keys.viewer_of(active), active.expires_at.timestamp())
            self._preparation.refund(KEY_LOOKUP, None, find_request)
            await self._note_use(active)
        self._known[digest] = (began, found)
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _note_use(self, key: ActiveApiKey) -> None:
        now = self._ports.now()
        if key.last_used_at is None or now - key.last_used_at >= LAST_USED_EVERY:
            async with self._ports.open_work(Meter()) as work:
                await work.api_keys.used(key.key_id, now=now)


def _key_of(authorization: str) -> str:
    return authorization[len(_SCHEME) :].strip()


def _refusal(code: str, message: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": code}))
