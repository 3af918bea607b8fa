"""Previews of quizzes: what an attempt at a draft would ask, without an attempt."""

from domain.authoring.work import AuthoringWork
from domain.content.drawing import draws
from domain.content.drawing.option_orders import in_order_of
from domain.content.questions import Question
from domain.entities import entity
from domain.ids import QuizDraftId, UserId


@entity
class PreviewSlot:
    """The place of one question in a preview."""

    number: int
    question: Question


@entity
class QuizPreview:
    """What an attempt with this seed would ask, in its order."""

    seed: int
    slots: list[PreviewSlot]


async def preview(
    work: AuthoringWork, *, draft_id: QuizDraftId, author_id: UserId, seed: int
) -> QuizPreview | None:
    """Return a preview of an author's draft, None where they have none with this id; nothing is stored.

    Questions of others are left out. The same seed shows the same, as long as draft and bank stay.
    """
    (draft,) = await work.quiz_drafts.by_ids([draft_id], author_id=author_id)
    if draft is None:
        return None
    fixed = list(dict.fromkeys(draft.question_ids))
    asked = await draws.draw(work.question_bank, draft, fixed, draft.pools, seed=seed)
    found = await work.authored.questions(asked, author_id=author_id) if asked else []
    of_options = draws.seed_of_options(draft, seed)
    shown = [in_order_of(question, of_options) for question in found if question is not None]
    slots = [PreviewSlot(number=number, question=question) for number, question in enumerate(shown, start=1)]
    return QuizPreview(seed=seed, slots=slots)
