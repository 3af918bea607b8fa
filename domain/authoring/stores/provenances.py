"""Provenance of questions: which were generated, by which model and prompt, and who has reviewed them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import GenerationId, QuestionId, UserId


@entity
class Provenance:
    """Where a generated question comes from; of all its versions. A human has reviewed it once `reviewed_at` is set.

    `reviewed_by_id` is None before, once the account of the reviewer was deleted, and for those who may not see it.
    """

    lineage_id: QuestionId
    generation_id: GenerationId | None
    model: str
    prompt: str
    prompt_version: int
    generated_at: datetime
    reviewed_at: datetime | None = None
    reviewed_by_id: UserId | None = None


class Provenances(Protocol):
    """Provenance of questions, each found by any version."""

    async def add(self, new: Sequence[Provenance]) -> None:
        """Mark questions as generated; `lineage_id` is that of a question that was just stored."""

    async def by_questions(
        self, ids: Sequence[QuestionId], *, viewer_id: UserId | None, sees_all: bool
    ) -> list[Provenance | None]:
        """Return one slot per question, in their order; None for one that a human wrote.

        `reviewed_by_id` is None but for the author's own questions, and for a moderator where `sees_all` is set.
        """

    async def review(self, question_id: QuestionId, *, by: UserId, now: datetime) -> bool:
        """Store that a human has reviewed a question; False where it was not generated, or was reviewed before."""
