"""Resolvers of privacy: profile visibility, data exports and account deletion."""

from datetime import datetime

from domain.accounts.profile_visibility import Privacy, ProfileVisibility
from domain.edits import UNCHANGED, Edit
from domain.entities import entity
from domain.ids import ExportId, UserId
from domain.privacy import deletion_requests, export_requests, exports, visibility_changes
from domain.privacy.deletion import Deletion
from domain.privacy.exports import DataExport
from resolvers.batches import Rows, batch
from resolvers.context import Context


@entity
class ExportLink:
    """A permission to download, with its link."""

    data_export: DataExport
    path: str


@batch(Rows.VIEWER)
async def privacy_by_user(context: Context, ids: list[UserId]) -> list[Privacy | None]:
    """Load the viewer's settings; the slots of other users stay empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.privacies.of_users(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def deletions_by_user(context: Context, ids: list[UserId]) -> list[Deletion | None]:
    """Load when the viewer's account will be anonymised; the slots of other users stay empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.deletions.deletions_of(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def exports_by_id(context: Context, ids: list[ExportId]) -> list[DataExport | None]:
    """Load the viewer's own permissions that have not expired."""
    async with context.open_reads() as reads:
        return await reads.exports.by_ids(ids, viewer_id=context.user_id, now=context.now())


async def update_privacy(
    context: Context,
    *,
    avatar_url: Edit[ProfileVisibility | None] = UNCHANGED,
    bio: Edit[ProfileVisibility | None] = UNCHANGED,
    joined_at: Edit[ProfileVisibility | None] = UNCHANGED,
    on_boards: Edit[bool | None] = UNCHANGED,
) -> Privacy:
    """Change who sees which field of the caller's profile."""
    async with context.open_work() as work:
        return await visibility_changes.update_privacy(
            work,
            context.act(),
            avatar_url=avatar_url,
            bio=bio,
            joined_at=joined_at,
            on_boards=on_boards,
        )


async def export_my_data(context: Context) -> ExportLink:
    """Permit downloads of the caller's data for one hour."""
    async with context.open_work() as work:
        export = await export_requests.export_my_data(work, context.act())
    return ExportLink(data_export=export, path=exports.path_of(export, context.ports.refresh_secret))


async def delete_my_account(context: Context, *, password: str | None = None) -> datetime:
    """Mark the caller's account for deletion, and return when it will be anonymised."""
    deletion = await deletion_requests.request(
        context.open_reads,
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        password=password,
    )
    return deletion.deletes_at


async def cancel_deletion(context: Context) -> bool:
    """Cancel the deletion of the caller's account."""
    async with context.open_work() as work:
        await deletion_requests.cancel(work, context.act())
    return True
