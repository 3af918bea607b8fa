"""The batch of what a search found."""

from typing import Any

from domain.search.search import SearchType
from resolvers.accounts import loaders as account_loaders
from resolvers.assessment import loaders as assessment_loaders
from resolvers.batches import Batch, Rows, batch
from resolvers.bookmarks import loaders as bookmark_loaders
from resolvers.chats import loaders as chat_loaders
from resolvers.content import loaders as content_loaders
from resolvers.context import Context
from resolvers.learning import loaders as learning_loaders
from resolvers.threads import loaders as thread_loaders
from resolvers.topics import loaders as topic_loaders

BATCHES: dict[SearchType, Batch] = {
    SearchType.ROADMAP: content_loaders.roadmaps_by_id,
    SearchType.NODE: content_loaders.roadmap_nodes_by_id,
    SearchType.QUIZ: content_loaders.quizzes_by_id,
    SearchType.QUESTION: assessment_loaders.questions_by_id,
    SearchType.USER: account_loaders.users_by_id,
    SearchType.GOAL: learning_loaders.goals_by_id,
    SearchType.BOOKMARK: bookmark_loaders.bookmarks_by_id,
    SearchType.NOTE: bookmark_loaders.notes_by_id,
    SearchType.TOPIC: topic_loaders.topics_by_id,
    SearchType.CHAT: chat_loaders.chats_by_id,
    SearchType.THREAD: thread_loaders.threads_by_id,
}
"""The batch of each type, with the row rule of its objects."""


@batch(Rows.VISIBLE)
async def objects_by_id(context: Context, ids: list[str]) -> list[Any]:
    """Load objects that the viewer may see, in one statement for each type that is among them."""
    found: dict[str, Any] = {}
    for kind, load in BATCHES.items():
        wanted = [id_ for id_ in ids if id_.startswith(f"{kind.value}_")]
        if wanted:
            found |= zip(wanted, await load.load(context, wanted), strict=True)
    return [found.get(id_) for id_ in ids]
