"""Batches of bookmarks and notes, all of the viewer alone, and of what they are of."""

from typing import Any

from domain.bookmarks.bookmarks import Bookmark
from domain.bookmarks.notes import Note
from domain.bookmarks.targets import TargetType
from domain.ids import BookmarkId, LineageId, NoteId
from resolvers.assessment import loaders as assessment_loaders
from resolvers.batches import Batch, Rows, batch
from resolvers.chats import loaders as chat_loaders
from resolvers.content import loaders as content_loaders
from resolvers.context import Context
from resolvers.threads import loaders as thread_loaders
from resolvers.topics import loaders as topic_loaders

TARGETS: dict[TargetType, Batch] = {
    TargetType.QUESTION: assessment_loaders.questions_by_id,
    TargetType.NODE: content_loaders.roadmap_nodes_by_id,
    TargetType.ROADMAP: content_loaders.roadmaps_by_id,
    TargetType.QUIZ: content_loaders.quizzes_by_id,
    TargetType.TOPIC: topic_loaders.topics_by_id,
    TargetType.CHAT: chat_loaders.chats_by_id,
    TargetType.THREAD: thread_loaders.threads_by_id,
}
"""The batch of each kind of target, with the row rule of its content."""


@batch(Rows.VIEWER)
async def bookmarks_by_id(context: Context, ids: list[BookmarkId]) -> list[Bookmark | None]:
    """Load the viewer's own bookmarks."""
    async with context.open_reads() as reads:
        return await reads.bookmarks.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def notes_by_id(context: Context, ids: list[NoteId]) -> list[Note | None]:
    """Load the viewer's own notes."""
    async with context.open_reads() as reads:
        return await reads.notes.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def bookmarks_by_target(context: Context, ids: list[str]) -> list[Bookmark | None]:
    """Load the viewer's bookmark of each target."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.bookmarks.by_targets(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def notes_by_target(context: Context, ids: list[str]) -> list[Note | None]:
    """Load the viewer's note on each target."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.notes.by_targets(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def notes_by_lineage(context: Context, ids: list[LineageId]) -> list[Note | None]:
    """Load the viewer's newest note on the nodes of each lineage."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.notes.by_lineages(ids, viewer_id=context.user_id)


@batch(Rows.VISIBLE)
async def targets_by_id(context: Context, ids: list[str]) -> list[Any]:
    """Load targets that the viewer may see still, in one statement for each kind that is among them."""
    found: dict[str, Any] = {}
    for kind, load in TARGETS.items():
        wanted = [id_ for id_ in ids if id_.startswith(f"{kind.value}_")]
        if wanted:
            found |= zip(wanted, await load.load(context, wanted), strict=True)
    return [found.get(id_) for id_ in ids]
