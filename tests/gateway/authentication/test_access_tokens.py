"""Access tokens: their content, the refusals, and the rotation of keys."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from gateway.authentication import access_tokens
from gateway.authentication.access_tokens import ISSUER, InvalidAccessTokenError, JwtTokens
from gateway.secrets_and_ids import derived
from tests.builders import mint

SEED, OTHER_SEED = derived("a secret", "access key"), derived("another secret", "access key")
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
KID = access_tokens.thumbprint(KEY.public_key())
ADA = Viewer(
    user_id=UserId(mint("user")),
    session_id=SessionId(mint("session")),
    roles=frozenset({Role.LEARNER, Role.AUTHOR}),
    version=7,
)


def claims(**changed: Any) -> dict[str, Any]:
    """Make claims that are fine; one that is changed to None is left out."""
    now = int(time.time())
    usual: dict[str, Any] = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": ADA.user_id,
        "sid": ADA.session_id,
        "ver": 7,
        "roles": ["LEARNER"],
        "iat": now,
        "nbf": now - 5,
        "exp": now + 60,
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


def signed(payload: dict[str, Any], key: Any = KEY, algorithm: str = "EdDSA", **header: Any) -> str:
    usual: dict[str, Any] = {"typ": "at+jwt", "kid": KID}
    headers = {name: value for name, value in (usual | header).items() if value is not None}
    return jwt.encode(payload, key, algorithm, headers=headers)


def part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def parsed(text: str) -> Any:
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_token_identifies_its_viewer() -> None:
    token, expires_at = JwtTokens(SEED).issue(ADA, now=datetime.now(UTC))

    assert JwtTokens(SEED).read(token) == ADA
    header, body, _ = token.split(".")
    assert parsed(header) == {"alg": "EdDSA", "typ": "at+jwt", "kid": KID}
    assert parsed(body)["exp"] == int(expires_at.timestamp())


def test_a_token_does_not_outlive_its_session() -> None:
    now = datetime.now(UTC)

    _, early = JwtTokens(SEED).issue(ADA, now=now, until=now + timedelta(minutes=2))
    _, late = JwtTokens(SEED).issue(ADA, now=now, until=now + timedelta(days=2))

    assert early == now + timedelta(minutes=2)
    assert late == now + timedelta(minutes=15)


def test_valid_claims_are_accepted() -> None:
    assert JwtTokens(SEED).read(signed(claims())).user_id == ADA.user_id


@pytest.mark.parametrize(
    "changed",
    [
        *({name: None} for name in ("iss", "aud", "exp", "nbf", "iat", "sub", "sid", "roles", "ver")),
        {"iss": "someone else"},
        {"aud": "someone else"},
        {"exp": 1},
        {"nbf": 2**40},
        {"iat": "soon"},
        {"exp": "late"},
        {"sub": 5},
        {"sub": "session_01K742SG00EC1V4CSM6MV3EE1S"},
        {"sid": "user_01K742SG00EC1V4CSM6MV3EE1S"},
        {"sid": None, "session_id": "session_01K742SG00EC1V4CSM6MV3EE1S"},
        {"roles": ["KING"]},
        {"roles": 5},
        {"ver": "new"},
    ],
    ids=str,
)
def test_missing_or_invalid_claims_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidAccessTokenError, match="refresh the session"):
        JwtTokens(SEED).read(signed(claims(**changed)))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"kid": None},
        {"kid": "unknown"},
        {"kid": "../../etc/passwd"},
        {"jku": "https://evil.example/jwks.json"},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"x5u": "https://evil.example/chain.pem"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"cty": "JWT"},
    ],
    ids=str,
)
def test_any_other_header_is_refused_before_a_signature_is_checked(
    monkeypatch: pytest.MonkeyPatch, header: dict[str, Any]
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a signature was checked")

    token = signed(claims(), **header)
    monkeypatch.setattr(jwt, "decode", never)

    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED).read(token)


def test_an_unsigned_token_is_refused() -> None:
    for algorithm in ("none", "None", "NONE"):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": KID}

        with pytest.raises(InvalidAccessTokenError):
            JwtTokens(SEED).read(f"{part(header)}.{part(claims())}.")


def test_the_public_key_does_not_sign_as_an_hmac_secret() -> None:
    public = KEY.public_key().public_bytes_raw()

    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED).read(signed(claims(), public, "HS256"))


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "é.é.é", "x" * 5_000, "\x00", part({}) + ".e30.e30"]
)
def test_malformed_tokens_are_refused(token: str) -> None:
    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED).read(token)


def test_a_changed_token_is_refused() -> None:
    token, _ = JwtTokens(SEED).issue(ADA, now=datetime.now(UTC))
    header, _, signature = token.split(".")

    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED).read(f"{header}.{part(claims(roles=['ADMIN']))}.{signature}")


def test_a_verified_token_is_remembered_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    def expired(*_: Any, **__: Any) -> None:
        raise jwt.ExpiredSignatureError

    reader = JwtTokens(SEED)
    token = signed(claims())
    viewer = reader.read(token)
    late = time.time() + 61
    monkeypatch.setattr(jwt, "decode", expired)

    assert reader.read(token) is viewer
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(InvalidAccessTokenError):
        reader.read(token)


def test_a_previous_key_verifies_and_does_not_sign() -> None:
    old = JwtTokens(OTHER_SEED)
    new = JwtTokens(SEED, [OTHER_SEED])
    now = datetime.now(UTC)

    assert new.read(old.issue(ADA, now=now)[0]) == ADA
    with pytest.raises(InvalidAccessTokenError):
        old.read(new.issue(ADA, now=now)[0])
    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED).read(old.issue(ADA, now=now)[0])


def test_a_key_does_not_verify_under_the_name_of_another() -> None:
    other = Ed25519PrivateKey.from_private_bytes(OTHER_SEED)

    with pytest.raises(InvalidAccessTokenError):
        JwtTokens(SEED, [OTHER_SEED]).read(signed(claims(), other, kid=KID))


def test_another_service_verifies_tokens_with_the_key_set() -> None:
    token, _ = JwtTokens(SEED).issue(ADA, now=datetime.now(UTC))
    key_set = jwt.PyJWKSet.from_json(JwtTokens(SEED, [OTHER_SEED]).key_set().decode())

    key = key_set[jwt.get_unverified_header(token)["kid"]]

    assert jwt.decode(token, key, ["EdDSA"], audience=ISSUER, issuer=ISSUER)["sub"] == ADA.user_id
    shown = json.loads(JwtTokens(SEED, [OTHER_SEED]).key_set())["keys"]
    assert [set(jwk) for jwk in shown] == [{"kty", "crv", "x", "kid", "use", "alg"}] * 2


def test_a_key_is_named_by_its_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    seed = urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")

    kid = access_tokens.thumbprint(Ed25519PrivateKey.from_private_bytes(seed).public_key())

    assert kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
