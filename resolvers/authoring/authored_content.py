"""Resolvers and batches of an author's content, and updates of questions."""

from typing import Protocol

from domain.authoring import question_updates
from domain.authoring.authored_content import AuthoredContent, ContentState, ContentType
from domain.content.question_kinds.key_drafts import ImageDraft, KeyDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.questions import Difficulty, Question
from domain.edits import UNCHANGED, Edit
from domain.ids import QuestionId
from domain.paging import Page, Window
from domain.refusals import Each, all_at_once
from resolvers.batches import Rows, batch
from resolvers.context import Context


class GivenKey(Protocol):
    """A key, as a client sends it."""

    def read(self, each: Each) -> KeyDraft:
        """Return the key; `each` keeps the refusals of what cannot be read."""


class GivenImage(Protocol):
    """An image, as a client sends it."""

    def read(self) -> ImageDraft:
        """Return the image."""


async def my_content(
    context: Context,
    *,
    type: ContentType | None = None,
    state: ContentState | None = None,
    window: Window,
) -> Page[AuthoredContent]:
    """Return a page of the caller's content."""
    async with context.open_reads() as reads:
        return await reads.authored.page(window, author_id=context.user_id, type=type, state=state)


@batch(Rows.VIEWER)
async def own_questions_by_id(context: Context, ids: list[QuestionId]) -> list[Question | None]:
    """Load the viewer's own questions, without their keys."""
    async with context.open_reads() as reads:
        return await reads.authored.questions(ids, author_id=context.user_id)


async def update_question(
    context: Context,
    *,
    id: QuestionId,
    version: int,
    prompt: Edit[str | None] = UNCHANGED,
    prompt_format: Edit[PromptFormat | None] = UNCHANGED,
    explanation: Edit[str | None] = UNCHANGED,
    difficulty: Edit[Difficulty | None] = UNCHANGED,
    domain: Edit[str | None] = UNCHANGED,
    key: Edit[GivenKey | None] = UNCHANGED,
    images: Edit[list[GivenImage] | None] = UNCHANGED,
) -> AuthoredContent:
    """Change a question of the caller's."""
    shown: Edit[list[ImageDraft] | None] = UNCHANGED
    if images is not UNCHANGED:
        shown = None if images is None else [image.read() for image in images]
    async with context.open_work() as work:
        with all_at_once() as each:
            return await question_updates.update(
                work,
                context.act(),
                question_id=id,
                version=version,
                prompt=prompt,
                prompt_format=prompt_format,
                explanation=explanation,
                difficulty=difficulty,
                domain=domain,
                key=key if key is UNCHANGED or key is None else key.read(each),
                images=shown,
            )
