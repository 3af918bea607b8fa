"""Independent verifiers of credentials: packages that share no code with ours.

`joserfc` checks the signature by the published key. `openbadgeslib` checks what Open Badges 3.0 asks of a credential
as a JSON Web Token: the signature again, types, issuer, subject, dates and registered claims, and the signed list of
revoked ones. No 1EdTech JSON Schema and no JSON-LD processing is in it.
"""

import warnings
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey
from openbadgeslib.ob3 import OB3Verifier, OpenBadgeCredential


def verified_signature(token: str, jwk: dict[str, Any]) -> dict[str, Any]:
    """Return the header of a compact JWS that the key signed; raises BadSignatureError."""
    key = OKPKey.import_key(jwk)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SecurityWarning
        )  # RFC 9864 has a newer name for EdDSA with this curve
        return dict(jws.deserialize_compact(token, key, algorithms=["EdDSA"]).protected)


def verified_badge(token: str, jwk: dict[str, Any], lists: dict[str, bytes]) -> OpenBadgeCredential:
    """Return the credential; `lists` are the status lists by address. Raises OB3VerificationError."""
    key = OKPKey.import_key(jwk).public_key
    assert isinstance(key, Ed25519PublicKey)
    return OB3Verifier(key).verify(token, check_status=True, download=lists.__getitem__)
