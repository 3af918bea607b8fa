"""Certificates: a learner's finished roadmap under a public code, valid until it is withdrawn; and their store."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import CertificateId, RoadmapId, RoadmapVersionId, UserId
from domain.paging import Page, Window

LONGEST_NAME = 100
LONGEST_REASON = 500
CODE_LENGTH = 26
"""How many characters a code has: 128 random bits and two more, in base 32."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class CertificateState(Enum):
    """Whether a certificate counts."""

    VALID = "VALID"
    REVOKED = "REVOKED"
    WITHDRAWN = "WITHDRAWN"


@entity
class Certificate:
    """A certificate as it was printed; changes of the roadmap or of the profile do not reach it.

    `name` is empty once the account is deleted. Of its `steps`, `checked_steps` ask for a passed quiz or for evidence.
    `status_index` is its place in the lists of revoked credentials.
    """

    id: CertificateId
    code: str
    user_id: UserId
    roadmap_id: RoadmapId | None
    version_id: RoadmapVersionId | None
    name: str
    title: str
    version_number: int
    steps: int
    checked_steps: int
    completed_at: datetime
    issued_at: datetime
    state: CertificateState
    ended_at: datetime | None
    status_index: int


@entity
class NewCertificate:
    """A certificate about to be stored."""

    id: CertificateId
    code: str
    user_id: UserId
    roadmap_id: RoadmapId
    version_id: RoadmapVersionId
    name: str
    title: str
    version_number: int
    steps: int
    checked_steps: int
    completed_at: datetime
    issued_at: datetime


@entity
class CertificateFilter:
    """Which certificates of a learner are listed; None for all."""

    state: CertificateState | None = None
    roadmap_id: RoadmapId | None = None


class RoadmapNotFinishedError(DomainError):
    """Required steps of the roadmap are not done."""

    code = "ROADMAP_NOT_FINISHED"


class OwnRoadmapError(DomainError):
    """The learner writes the roadmap."""

    code = "OWN_ROADMAP"


class CertificateEndedError(DomainError):
    """The certificate was withdrawn before."""

    code = "CERTIFICATE_ENDED"


class Certificates(Protocol):
    """Certificates; those who have a code may read its certificate, and a learner lists their own."""

    async def add(self, certificate: NewCertificate) -> Certificate:
        """Store a certificate, or return the one that the learner has for the version of the roadmap."""

    async def by_ids(self, ids: Sequence[CertificateId], *, viewer_id: UserId) -> list[Certificate | None]:
        """Return the viewer's certificates among these, one slot per id, in their order."""

    async def reasons(self, ids: Sequence[CertificateId], *, viewer_id: UserId) -> list[str | None]:
        """Return why the viewer's certificates among these were revoked, one slot per id, in their order."""

    async def by_code(self, code: str) -> Certificate | None:
        """Return the certificate with the code."""

    async def page(self, window: Window, asked: CertificateFilter, *, viewer_id: UserId) -> Page[Certificate]:
        """Return the viewer's certificates, newest first."""

    async def revoke(
        self, code: str, *, reason: str, revoked_by: UserId, now: datetime
    ) -> Certificate | None:
        """Revoke a valid certificate; None where none that is valid has the code."""

    async def ended_indexes(self, first: int, last: int) -> list[int]:
        """Return the status indexes from `first` to `last` of certificates that are not valid any more."""


def code_of(randomness: bytes) -> str:
    """Return a code made of 16 random bytes, so that none can be guessed or found by counting."""
    value = int.from_bytes(randomness[:16], "big")
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def checked_code(code: str) -> str | None:
    """Return the code in small letters, or None for a text that cannot be one."""
    small = code.strip().lower()
    return small if len(small) == CODE_LENGTH and set(small) <= set(_ALPHABET) else None
