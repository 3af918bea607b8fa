"""Batches of certificates, of the viewer alone."""

from domain.certificates.certificates import Certificate
from domain.ids import CertificateId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def certificates_by_id(context: Context, ids: list[CertificateId]) -> list[Certificate | None]:
    """Load the viewer's own certificates."""
    async with context.open_reads() as reads:
        return await reads.certificates.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def reasons_by_id(context: Context, ids: list[CertificateId]) -> list[str | None]:
    """Load why the viewer's own certificates were revoked."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.certificates.reasons(ids, viewer_id=context.user_id)
