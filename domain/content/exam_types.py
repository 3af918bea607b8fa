"""Exam types and their domains, and the refusal of a code that no exam type has."""

from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import ExamDomainId, ExamTypeId, UserId

MOST_EXAM_TYPES = 100
MOST_DOMAINS = 40
"""How many domains an exam type may have, so that one query may read all exam types with all domains."""
MOST_NAMED = 20
"""How many codes a refusal names."""


@entity
class ExamType:
    """An exam, or a subject, that questions prepare for; `code` is its short name in addresses.

    All authors write questions for it; its author alone adds domains, and moderators. It has none where that is
    not known.
    """

    id: ExamTypeId
    code: str
    name: str
    description: str
    author_id: UserId | None


@entity
class ExamDomain:
    """A numbered part of an exam type, like `2.3`; `weight` is its share of the exam in percent."""

    id: ExamDomainId
    exam_type_id: ExamTypeId
    code: str
    name: str
    weight: int


class ExamTypes(Protocol):
    """Exam types and their domains, all of them public."""

    async def all(self) -> list[ExamType]:
        """Return the exam types, at most 100, by code."""

    async def by_ids(self, ids: list[ExamTypeId]) -> list[ExamType | None]:
        """Return one slot per id, in their order."""

    async def by_codes(self, codes: list[str]) -> list[ExamType | None]:
        """Return one slot per code, in their order."""

    async def domains_by_ids(self, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
        """Return one slot per id, in their order."""

    async def domains_of(self, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
        """Return the domains of each exam type, by code, at most 40 each."""

    async def add(self, new: ExamType) -> ExamType:
        """Store an exam type, or return the one that already has this code, unchanged."""

    async def add_domains(self, new: list[ExamDomain]) -> None:
        """Store the domains of one exam type; existing ones with the same code stay unchanged."""


async def refuse_unknown(exam_types: ExamTypes, *, field: str) -> None:
    """Raise the InvalidInputError for a code that no exam type has; it names those that exist."""
    codes = [exam_type.code for exam_type in await exam_types.all()]
    named = ", ".join(codes[:MOST_NAMED]) or "none so far"
    more = "; the field `examTypes` lists all" if len(codes) > MOST_NAMED else ""
    raise InvalidInputError(
        f"{field} must be the code of an exam type. There are: {named}{more}.", field=field
    )
