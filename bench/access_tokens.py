"""Access tokens of learners for the guarded servers, and the public key that verifies them."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench.shapes import Request, identifier
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from gateway.authentication.access_tokens import JwtTokens
from gateway.secrets_and_ids import derived

SECRET = "a secret for benchmarks only, which signs their tokens"


def issue(request: Request) -> str:
    """Return an access token in the caller's name."""
    viewer = Viewer(
        user_id=UserId(request.user_id),
        session_id=SessionId(identifier("session", request.user)),
        roles=frozenset({Role.LEARNER}),
    )
    token, _ = JwtTokens(_seed()).issue(viewer, now=datetime.now(UTC))
    return token


def public_key() -> str:
    """Return the key that verifies the tokens, as PEM."""
    key = Ed25519PrivateKey.from_private_bytes(_seed()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _seed() -> bytes:
    return derived(SECRET, "access key")
