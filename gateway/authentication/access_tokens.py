"""Access tokens: signs and verifies them, and publishes the keys for other services."""

import hashlib
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain import ids
from domain.accounts.users import Role, Viewer
from domain.ids import PREFIXES, SessionId, UserId

ACCESS_LIFETIME = timedelta(minutes=15)
ISSUER = "questpath"
_ALGORITHM = "EdDSA"
_TYPE = "at+jwt"
_HEADER = {"alg", "typ", "kid"}
_REQUIRED = ["iss", "aud", "exp", "nbf", "iat", "sub", "sid"]
_CLOCKS_DIFFER_BY = timedelta(seconds=5)
_LONGEST_TOKEN = 2_048
_REMEMBERED_TOKENS = 20_000


class InvalidAccessTokenError(Exception):
    """The access token is malformed, expired, revoked or was not signed here."""


class JwtTokens:
    """Access tokens as JWTs (RFC 9068: type at+jwt), signed with Ed25519 (RFC 8037); verified ones are cached.

    A key is made from a seed of 32 bytes and named by its thumbprint. Keys of previous seeds only verify.
    """

    def __init__(self, seed: bytes, previous: Sequence[bytes] = ()) -> None:
        self._signing = Ed25519PrivateKey.from_private_bytes(seed)
        keys = [self._signing.public_key()]
        keys += [Ed25519PrivateKey.from_private_bytes(old).public_key() for old in previous]
        self._keys = {thumbprint(key): key for key in keys}
        self._kid = thumbprint(keys[0])
        self._read: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()

    def issue(self, viewer: Viewer, *, now: datetime, until: datetime | None = None) -> tuple[str, datetime]:
        """Return a token for the viewer and its expiry: in 15 minutes, or `until` if that is sooner."""
        expires_at = min(now + ACCESS_LIFETIME, until or datetime.max.replace(tzinfo=now.tzinfo))
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": viewer.user_id,
            "sid": viewer.session_id,
            "ver": viewer.version,
            "roles": sorted(role.value for role in viewer.roles),
            "iat": now,
            "nbf": now - _CLOCKS_DIFFER_BY,
            "exp": expires_at,
        }
        headers = {"typ": _TYPE, "kid": self._kid}
        return jwt.encode(claims, self._signing, _ALGORITHM, headers=headers), expires_at

    def read(self, token: str) -> Viewer:
        """Return the viewer of a token, verified once and then cached; raises InvalidAccessTokenError."""
        known = self._read.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        expires_at, viewer = self._verified(token)
        self._read[token] = (expires_at, viewer)
        if len(self._read) > _REMEMBERED_TOKENS:
            self._read.popitem(last=False)
        return viewer

    def known(self, token: str) -> Viewer | None:
        """Return the viewer of a token that was verified before and is valid still; verify none."""
        known = self._read.get(token)
        return known[1] if known is not None and known[0] > time.time() else None

    def expiry(self, token: str) -> float:
        """Return when a token expires, in Unix seconds; raises InvalidAccessTokenError."""
        known = self._read.get(token)
        return known[0] if known else self._verified(token)[0]

    def key_set(self) -> bytes:
        """Return the public keys as a JWK set (RFC 7517), the signing one first."""
        return orjson.dumps({"keys": [_jwk(kid, key) for kid, key in self._keys.items()]})

    @property
    def key_ids(self) -> list[str]:
        """The names of the keys, the signing one first."""
        return list(self._keys)

    def key(self, kid: str) -> bytes | None:
        """Return one public key as a JWK, or None where there is none of this name."""
        key = self._keys.get(kid)
        return None if key is None else orjson.dumps(_jwk(kid, key))

    def signed(self, claims: dict[str, Any], *, kid: str) -> str:
        """Return claims that are no access token, signed: `kid` must be the address of the key that signs.

        Such a token has another type and another key id than access tokens, which are refused with any but their own.
        """
        return jwt.encode(claims, self._signing, _ALGORITHM, headers={"typ": "JWT", "kid": kid})

    def _verified(self, token: str) -> tuple[float, Viewer]:
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                [_ALGORITHM],
                audience=ISSUER,
                issuer=ISSUER,
                options={"require": _REQUIRED, "verify_iat": False},
            )
            viewer = Viewer(
                user_id=UserId(_checked(claims["sub"], UserId)),
                session_id=SessionId(_checked(claims["sid"], SessionId)),
                roles=frozenset(Role(name) for name in claims["roles"]),
                version=int(claims["ver"]),
            )
            float(claims["iat"])
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError) as error:
            raise InvalidAccessTokenError("The access token is not valid; refresh the session.") from error
        return float(claims["exp"]), viewer

    def _key_of(self, token: str) -> Ed25519PublicKey:
        """Return the key that the header names; a header with any other content is refused before any work."""
        if len(token) > _LONGEST_TOKEN:
            raise ValueError("too long")
        header = jwt.get_unverified_header(token)
        if header.keys() != _HEADER or header["alg"] != _ALGORITHM or header["typ"] != _TYPE:
            raise ValueError("not one of our headers")
        return self._keys[header["kid"]]


def thumbprint(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the SHA-256 of its required members in order (RFC 7638, RFC 8037 section 2)."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{_x(key)}"}}'
    return _base64(hashlib.sha256(members.encode()).digest())


def _jwk(kid: str, key: Ed25519PublicKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _x(key), "kid": kid, "use": "sig", "alg": _ALGORITHM}


def _x(key: Ed25519PublicKey) -> str:
    return _base64(key.public_bytes_raw())


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _checked(claim: object, kind: object) -> str:
    if not isinstance(claim, str) or not ids.is_id(claim, PREFIXES[kind]):
        raise ValueError("no id of this kind")
    return claim
