"""The batch of printouts, of the viewer alone."""

from domain.ids import PrintoutId
from domain.printouts.printouts import Printout
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def printouts_by_id(context: Context, ids: list[PrintoutId]) -> list[Printout | None]:
    """Load the viewer's own printouts."""
    async with context.open_reads() as reads:
        return await reads.printouts.by_ids(ids, viewer_id=context.user_id, now=context.now())
