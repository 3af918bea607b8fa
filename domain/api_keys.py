"""API keys: how another program acts for a user, within scopes and until a day."""

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ApiKeyId, SessionId, UserId
from domain.scopes import Scope
from domain.users import Role, Viewer

MOST_KEYS = 20
LONGEST_LIFE = timedelta(days=366)
LAST_USED_EVERY = timedelta(hours=1)
"""How coarse `last_used_at` is: a busy key writes once an hour."""
MARK = "qp_"
"""How every key begins, so that scanners of leaked secrets and the door know one."""
_PUBLIC = 8
_SECRET_BYTES = 32
_SECRET = 43
_CHECKSUM = 6
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@entity
class ApiKey:
    """What its owner sees of a key; `prefix` is how the key begins, the rest is known to nobody but its holder."""

    id: ApiKeyId
    user_id: UserId
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@entity
class IssuedKey:
    """A new key with its secret, which is told this once."""

    api_key: ApiKey
    secret: str


@entity
class KeyHolder:
    """Who stands behind a key that is good now, with the roles that they hold now."""

    key_id: ApiKeyId
    user_id: UserId
    roles: list[Role]
    version: int
    scopes: list[Scope]
    expires_at: datetime
    last_used_at: datetime | None


class TooManyApiKeysError(DomainError):
    """The user has as many keys as one may have."""

    code = "TOO_MANY_API_KEYS"


class ApiKeys(Protocol):
    """Keys with the hashes of their secrets."""

    async def add(self, key: ApiKey, *, key_hash: str) -> None:
        """Store a key."""

    async def hold(self, user_id: UserId) -> int:
        """Return how many unrevoked keys the user has, and hold back every new one until the transaction ends."""

    async def revoke(self, key_id: ApiKeyId, *, user_id: UserId, now: datetime) -> ApiKey | None:
        """End a key of the user's; None where there is none, or it has ended before."""

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[list[ApiKey]]:
        """Return one list per id, newest first, of keys that were not revoked; only the viewer's is filled."""

    async def holder(self, key_hash: str, *, now: datetime) -> KeyHolder | None:
        """Return whose key it is; None for one that is unknown or over, or whose owner is suspended or erased."""

    async def used(self, key_id: ApiKeyId, *, now: datetime) -> None:
        """Write down that the key was used."""


def viewer_of(holder: KeyHolder) -> Viewer:
    """Return the caller that a key makes; the key stands where a person's session stands."""
    return Viewer(
        user_id=holder.user_id,
        session_id=session_of(holder.key_id),
        roles=frozenset(holder.roles),
        version=holder.version,
        scopes=frozenset(holder.scopes),
    )


def session_of(key_id: ApiKeyId) -> SessionId:
    """Return what stands for the session of a key's operations."""
    return SessionId(key_id)


def composed(randomness: Callable[[int], bytes]) -> str:
    """Compose a key: `qp_`, a public part, `_`, 256 random bits and a checksum, in base 62."""
    public = _base62(randomness(6), _PUBLIC)[-_PUBLIC:]
    body = f"{MARK}{public}_{_base62(randomness(_SECRET_BYTES), _SECRET)}"
    return body + _checksum(body)


def prefix_of(key: str) -> str:
    """Return how a key begins: the part that its owner may see."""
    return key[: len(MARK) + _PUBLIC]


def is_well_formed(key: str) -> bool:
    """Tell whether a text can be a key: length, alphabet and checksum, without asking anybody."""
    body, checksum = key[:-_CHECKSUM], key[-_CHECKSUM:]
    length = len(MARK) + _PUBLIC + 1 + _SECRET
    return len(body) == length and body.isascii() and key.startswith(MARK) and _checksum(body) == checksum


def digest(key: str) -> str:
    """Return what is kept of a key; its entropy is full, so that one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()).to_bytes(4, "big"), _CHECKSUM)


def _base62(raw: bytes, length: int) -> str:
    value = int.from_bytes(raw, "big")
    digits = []
    while value:
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits)).rjust(length, "0")
