"""Lost feedback: what a file in our own format takes from questions, where it replaces them without their feedback."""

from collections.abc import Iterable

from domain.acts import Act
from domain.imports.question_drafts import QuestionDraft
from domain.imports.reports import Findings
from domain.imports.work import ImportsWork

_LOST = (
    "The question had feedback for its answers and has none in the file, so the quiz shows none any more; add it to "
    "the file to keep it."
)


async def at_risk(work: ImportsWork, act: Act, slugs: list[str]) -> set[str]:
    """Return the names of questions in the author's quizzes with feedback for texts, numbers, true or false."""
    own = [quiz.id for quiz in await work.quizzes.by_slugs(slugs) if quiz and quiz.author_id == act.user_id]
    ids = list({id_ for asked in await work.quizzes.questions_of(own) for id_ in asked})
    keys = await work.questions.keys_by_ids(ids)
    names = await work.questions.names_by_ids(ids, author_id=act.user_id)
    return {
        name
        for key, name in zip(keys, names, strict=True)
        if key is not None and name is not None and key.option_feedback and not key.correct_options
    }


def note(names: set[str], drafts: Iterable[QuestionDraft], findings: Findings) -> None:
    """Report each question of the file that has no feedback, and had some under the same name."""
    for draft in drafts:
        said = draft.key.feedback or any(option.feedback for option in draft.key.options)
        if draft.name in names and not said:
            findings.lose(draft.line, draft.name, _LOST)
