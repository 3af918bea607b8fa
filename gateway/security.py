"""Who you are: passwords hashed off the event loop, access tokens signed and read."""

import asyncio
import hashlib
import os
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cached_property

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain import ids
from domain.ids import SessionId, UserId
from domain.users import Role, Viewer

ACCESS_LIFETIME = timedelta(minutes=15)
_ISSUER = "questpath"
_REMEMBERED_TOKENS = 20_000


class InvalidTokenError(Exception):
    """The access token is malformed, expired or not ours."""


class Argon2Passwords:
    """Argon2id with the second recommendation of RFC 9106 (64 MiB, 3 passes), a few at a time in threads."""

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")

    @cached_property
    def _decoy(self) -> str:
        """A hash that no password has, to compare with where there is no account."""
        return self._hasher.hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """Return a hash with its parameters and salt."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Compare; without a hash, compare with a decoy and return False after the same work."""
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(
            self._threads, self._matches, password_hash or self._decoy, password
        )
        return right and password_hash is not None

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class JwtTokens:
    """Access tokens as JWTs (RFC 9068: type at+jwt), signed with HMAC-SHA-256; a read one is remembered."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._read: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()

    def issue(self, viewer: Viewer, *, now: datetime) -> tuple[str, datetime]:
        """Return a token for the viewer and the moment it expires, 15 minutes from `now`."""
        expires_at = now + ACCESS_LIFETIME
        claims = {
            "iss": _ISSUER,
            "aud": _ISSUER,
            "sub": viewer.user_id,
            "sid": viewer.session_id,
            "roles": sorted(role.value for role in viewer.roles),
            "iat": now,
            "nbf": now - timedelta(seconds=5),
            "exp": expires_at,
        }
        return jwt.encode(claims, self._secret, "HS256", headers={"typ": "at+jwt"}), expires_at

    def read(self, token: str) -> Viewer:
        """Return whose token it is; raises InvalidTokenError. A verified one is not verified again."""
        known = self._read.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        expires_at, viewer = self._verified(token)
        self._read[token] = (expires_at, viewer)
        if len(self._read) > _REMEMBERED_TOKENS:
            self._read.popitem(last=False)
        return viewer

    def expiry(self, token: str) -> float:
        """Return when a token that was read expires, in Unix seconds."""
        known = self._read.get(token)
        return known[0] if known else self._verified(token)[0]

    def _verified(self, token: str) -> tuple[float, Viewer]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != "at+jwt":
                raise InvalidTokenError("This is no access token.")
            claims = jwt.decode(
                token,
                self._secret,
                ["HS256"],
                audience=_ISSUER,
                issuer=_ISSUER,
                options={"require": ["exp", "nbf", "iss", "aud", "sub", "sid"]},
            )
            viewer = Viewer(
                user_id=UserId(claims["sub"]),
                session_id=SessionId(claims["sid"]),
                roles=frozenset(Role(name) for name in claims["roles"]),
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise InvalidTokenError("The access token is not valid; refresh the session.") from error
        return float(claims["exp"]), viewer


def derived(secret: str, purpose: str) -> bytes:
    """Derive a key for one purpose from the one secret of the settings."""
    return hashlib.blake2b(secret.encode(), person=purpose.encode()[:16], digest_size=32).digest()


def mint(prefix: str) -> str:
    """Make a new identifier from the clock and the system's randomness."""
    return ids.compose(prefix, milliseconds=time.time_ns() // 1_000_000, randomness=os.urandom(10))


def now() -> datetime:
    """Return the current moment in UTC."""
    return datetime.now(UTC)
