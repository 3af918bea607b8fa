"""Batches of the provenance of questions: what was generated, and not reviewed yet."""

from domain.authoring.stores.provenances import Provenance
from domain.ids import QuestionId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VISIBLE)
async def provenance_by_question(context: Context, ids: list[QuestionId]) -> list[Provenance | None]:
    """Load where generated questions come from; who has reviewed them only for their authors and moderators."""
    viewer = context.viewer
    async with context.open_reads() as reads:
        return await reads.provenances.by_questions(
            ids, viewer_id=context.viewer_id, sees_all=viewer is not None and viewer.scopes is None
        )
