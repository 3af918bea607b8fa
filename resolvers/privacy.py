"""Answers about privacy: who sees what, exports and deletion."""

from datetime import datetime

from domain import disclosing, erasing, exports, proofs, recovering
from domain.edits import UNCHANGED, Edit
from domain.entities import entity
from domain.erasure import Deletion
from domain.exports import DataExport
from domain.ids import UserId
from domain.privacy import Privacy, ProfileVisibility
from resolvers import proving
from resolvers.batches import Rows, batch
from resolvers.context import Context


@entity
class ExportLink:
    """A permission to download, with the link that carries it."""

    data_export: DataExport
    path: str


@batch(Rows.VIEWER)
async def privacy_by_user(context: Context, ids: list[UserId]) -> list[Privacy | None]:
    """Load what the viewer decided; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.privacies.of_users(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def deletions_by_user(context: Context, ids: list[UserId]) -> list[Deletion | None]:
    """Load when the viewer's account will be anonymised; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.erasure.deletions_of(ids, viewer_id=context.user_id)


async def update_privacy(
    context: Context,
    *,
    avatar_url: Edit[ProfileVisibility | None] = UNCHANGED,
    bio: Edit[ProfileVisibility | None] = UNCHANGED,
    joined_at: Edit[ProfileVisibility | None] = UNCHANGED,
    on_boards: Edit[bool | None] = UNCHANGED,
) -> Privacy:
    """Change who sees what of the caller."""
    async with context.open_work() as work:
        return await disclosing.update_privacy(
            work,
            user_id=context.user_id,
            avatar_url=avatar_url,
            bio=bio,
            joined_at=joined_at,
            on_boards=on_boards,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )


async def export_my_data(context: Context) -> ExportLink:
    """Permit one download of everything that is kept of the caller."""
    async with context.open_work() as work:
        made = await disclosing.export_my_data(
            work,
            user_id=context.user_id,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )
    return ExportLink(data_export=made, path=exports.path_of(made, context.ports.refresh_secret))


async def delete_my_account(context: Context, *, password: str | None = None) -> datetime:
    """Have the caller's account anonymised after the grace; a password is proven first, where one was sent."""
    verdict = None
    if password is not None:
        async with context.open_reads() as reads:
            holder = await recovering.own(reads, context.user_id)
        verdict = await proving.proven(context, email=holder.email, password=password, field="password")
    async with context.open_work() as work:
        if verdict is not None:
            await proofs.accept(work, verdict)
        else:
            await erasing.check_recent(work, session_id=context.caller.session_id, now=context.now())
        deletion = await erasing.request(
            work,
            user_id=context.user_id,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )
    return deletion.deletes_at


async def cancel_deletion(context: Context) -> bool:
    """Keep the caller's account after all."""
    async with context.open_work() as work:
        await erasing.cancel(
            work,
            user_id=context.user_id,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )
    return True
