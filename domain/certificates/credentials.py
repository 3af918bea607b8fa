"""Credentials of certificates: Open Badges 3.0 documents, their issuer, and the lists of revoked ones.

The documents follow Open Badges 3.0 (1EdTech), the Verifiable Credentials Data Model 2.0 and the Bitstring Status List
1.0 (W3C). They are signed as JSON Web Tokens, whose registered claims are those of section 8.2 of Open Badges 3.0.
"""

import base64
import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.certificates.certificates import Certificate

ISSUER_NAME = "QuestPath"
LIST_SIZE = 131_072
"""How many certificates a list of revoked ones covers: the least that the Bitstring Status List allows."""
LIST_VALID = timedelta(days=1)
"""How long a list may be relied on; it is made anew whenever it is read."""
_VC = "https://www.w3.org/ns/credentials/v2"
_OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

Document = dict[str, Any]


class Addresses:
    """The public addresses of certificates below the address of the API."""

    def __init__(self, api_url: str) -> None:
        self._base = f"{api_url.rstrip('/')}/certificates"

    @property
    def issuer(self) -> str:
        """The issuer's profile, which is also the issuer's identifier."""
        return f"{self._base}/issuer"

    def page(self, code: str) -> str:
        """The page that says whether a certificate is valid."""
        return f"{self._base}/{code}"

    def credential(self, code: str) -> str:
        """The signed credential of a certificate."""
        return f"{self._base}/{code}/credential"

    def achievement(self, certificate: Certificate) -> str:
        """What was achieved: the same for all certificates of a version."""
        return f"{self.issuer}#{certificate.version_id or certificate.id}"

    def key(self, key_id: str) -> str:
        """A public key of the issuer."""
        return f"{self._base}/keys/{key_id}"

    def status_list(self, number: int) -> str:
        """The list of revoked credentials with this number, from 0."""
        return f"{self._base}/status/{number}"


def profile(addresses: Addresses, *, url: str, key_ids: Iterable[str]) -> Document:
    """Return who issues certificates, with the addresses of the keys."""
    return {
        "@context": [_VC, _OB],
        **_profile(addresses),
        "url": url,
        "verificationMethod": [addresses.key(key_id) for key_id in key_ids],
    }


def credential(certificate: Certificate, addresses: Addresses) -> Document:
    """Return the claims of the signed credential of a certificate."""
    page, number = addresses.page(certificate.code), certificate.status_index // LIST_SIZE
    return {
        "@context": [_VC, _OB],
        "id": page,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.title,
        "issuer": _profile(addresses),
        "validFrom": _moment(certificate.issued_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": certificate.name,
                    "identityType": "name",
                }
            ],
            "activityEndDate": _moment(certificate.completed_at),
            "achievement": {
                "id": addresses.achievement(certificate),
                "type": ["Achievement"],
                "achievementType": "LearningProgram",
                "name": certificate.title,
                "description": f"Finished the roadmap \u201c{certificate.title}\u201d on {ISSUER_NAME}.",
                "version": str(certificate.version_number),
                "criteria": {"narrative": criteria(certificate)},
            },
        },
        "credentialStatus": {
            "id": f"{addresses.status_list(number)}#{certificate.status_index % LIST_SIZE}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.status_index % LIST_SIZE),
            "statusListCredential": addresses.status_list(number),
        },
        "iss": addresses.issuer,
        "jti": page,
        "nbf": int(certificate.issued_at.timestamp()),
    }


def criteria(certificate: Certificate) -> str:
    """Return in a sentence what the learner did, and how much of it was checked."""
    by_hand = certificate.steps - certificate.checked_steps
    return (
        f"All {certificate.steps} required steps of version {certificate.version_number} are done. "
        f"{certificate.checked_steps} of them ask for a passed quiz or for evidence; "
        f"{by_hand} were marked as done by the learner."
    )


def status_list(number: int, ended: Iterable[int], addresses: Addresses, *, now: datetime) -> Document:
    """Return the claims of a signed list; `ended` are the status indexes of certificates that are not valid."""
    address = addresses.status_list(number)
    bits = bytearray(LIST_SIZE // 8)
    for index in ended:
        place = index % LIST_SIZE
        bits[place // 8] |= 0x80 >> place % 8
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    return {
        "@context": [_VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": addresses.issuer,
        "validFrom": _moment(now),
        "validUntil": _moment(now + LIST_VALID),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
        "iss": addresses.issuer,
        "jti": address,
        "nbf": int(now.timestamp()),
    }


def _profile(addresses: Addresses) -> Document:
    return {"id": addresses.issuer, "type": ["Profile"], "name": ISSUER_NAME}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
