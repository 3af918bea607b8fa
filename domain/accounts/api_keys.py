"""API keys: let another program act for a user, within scopes and until an expiry date."""

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ApiKeyId, SessionId, UserId

MOST_KEYS = 20
LONGEST_LIFE = timedelta(days=366)
LAST_USED_EVERY = timedelta(hours=1)
"""How coarse `last_used_at` is: a busy key writes once an hour."""
MARK = "qp_"
"""How every key begins, so that secret scanners and the gateway recognise one."""
_PUBLIC = 8
_SECRET_BYTES = 32
_SECRET = 43
_CHECKSUM = 6
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@entity
class ApiKey:
    """A key as its owner sees it; `prefix` is how the key begins, the rest is not stored."""

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
    """A new key with its secret, which is shown only once."""

    api_key: ApiKey
    secret: str


@entity
class ActiveApiKey:
    """A valid key with its owner's current roles and access version."""

    key_id: ApiKeyId
    user_id: UserId
    roles: list[Role]
    version: int
    scopes: list[Scope]
    expires_at: datetime
    last_used_at: datetime | None


class TooManyApiKeysError(DomainError):
    """The user already has the maximum number of keys."""

    code = "TOO_MANY_API_KEYS"


class ApiKeys(Protocol):
    """Keys with the hashes of their secrets."""

    async def add(self, key: ApiKey, *, key_hash: str) -> None:
        """Store a key."""

    async def lock_and_count(self, user_id: UserId) -> int:
        """Return how many unrevoked keys the user has, and block new ones until the transaction ends."""

    async def revoke(self, key_id: ApiKeyId, *, user_id: UserId, now: datetime) -> ApiKey | None:
        """Revoke a key of the user's; None if there is no such key, or it was revoked before."""

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[list[ApiKey]]:
        """Return one list per id, newest first, of unrevoked keys; only the viewer's is filled."""

    async def by_ids(self, ids: list[ApiKeyId], *, viewer_id: UserId) -> list[ApiKey | None]:
        """Return the viewer's unrevoked keys among these, one slot per id, in their order."""

    async def active(self, key_hash: str, *, now: datetime) -> ActiveApiKey | None:
        """Return a valid key; None if it is unknown, expired or revoked, or its owner is suspended or anonymised."""

    async def used(self, key_id: ApiKeyId, *, now: datetime) -> None:
        """Store the time of the last use."""


def viewer_of(key: ActiveApiKey) -> Viewer:
    """Return the caller that a key authenticates; the key takes the place of a session."""
    return Viewer(
        user_id=key.user_id,
        session_id=session_of(key.key_id),
        roles=frozenset(key.roles),
        version=key.version,
        scopes=frozenset(key.scopes),
    )


def session_of(key_id: ApiKeyId) -> SessionId:
    """Return the session id under which a key's operations run."""
    return SessionId(key_id)


def composed(randomness: Callable[[int], bytes]) -> str:
    """Compose a key: `qp_`, a public part, `_`, 256 random bits and a checksum, in base 62."""
    public = _base62(randomness(6), _PUBLIC)[-_PUBLIC:]
    body = f"{MARK}{public}_{_base62(randomness(_SECRET_BYTES), _SECRET)}"
    return body + _checksum(body)


def prefix_of(key: str) -> str:
    """Return the beginning of a key, which its owner may see."""
    return key[: len(MARK) + _PUBLIC]


def is_well_formed(key: str) -> bool:
    """Tell whether a text can be a key, by length, alphabet and checksum, without a query."""
    body, checksum = key[:-_CHECKSUM], key[-_CHECKSUM:]
    length = len(MARK) + _PUBLIC + 1 + _SECRET
    return len(body) == length and body.isascii() and key.startswith(MARK) and _checksum(body) == checksum


def digest(key: str) -> str:
    """Return the stored digest of a key; with 256 random bits one round of SHA-256 is enough."""
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
