"""Batches of the provenance of questions: what was generated, and not reviewed yet."""

from domain.authoring.stores.provenances import Provenance
from domain.ids import QuestionId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.PUBLIC)
async def provenance_by_question(context: Context, ids: list[QuestionId]) -> list[Provenance | None]:
    """Load where generated questions come from."""
    async with context.open_reads() as reads:
        return await reads.provenances.by_questions(ids)
