"""Creating questions: an author adds them to their bank one by one, for quizzes and pools to ask."""

from domain.acts import Act
from domain.authoring import question_updates
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.question_updates import (
    Wording,
    checked_explanation,
    checked_prompt,
    domain_of,
    key_faults,
)
from domain.authoring.work import AuthoringWork
from domain.content import exam_types
from domain.content.answer_keys import AnswerKey
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, Question
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import ExamDomainId, ExamTypeId, Mint, QuestionId
from domain.refusals import all_at_once

_PART_OF = {"options": "options", "truth": "truth", "text": "texts", "number": "numbers"}
"""The part of a key by the field in which answers to its kind are given."""


@entity
class QuestionWords:
    """A question as its author sends it; exam type and domain by their codes."""

    exam_type: str
    domain: str
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    explanation: str
    key: KeyDraft


async def create(work: AuthoringWork, act: Act, *, words: QuestionWords, key: str) -> AuthoredContent:
    """Add a question to the actor's bank; the same key returns what its first use created.

    Its name, which all its versions will share, is the id of the first one. Raises, all at once, InvalidInputErrors
    that name the fields; or IdempotencyKeyReusedError.
    """
    domain: ExamDomain | None = None
    with all_at_once() as each:
        with each:
            key = checked_key(key)
        with each:
            prompt = checked_prompt(words.prompt)
        with each:
            explanation = checked_explanation(words.explanation)
        for fault in key_faults(words.kind, [_PART_OF[words.kind.rules.answer_field.name]], words.key):
            with each:
                raise InvalidInputError(fault, field="key")
        with each:
            domain = await _domain(work, words)
    assert domain is not None  # noqa: S101 - else the block has raised
    name = QuestionId(act.mint("question"))
    earlier = await first_use(
        work.receipts, act, operation="createQuestion", key=key, given={"words": repr(words)}, result_id=name
    )
    if earlier is not None:
        return await _created(work, QuestionId(earlier))
    empty = AuthoredQuestion(
        question=_empty(words, name, domain.exam_type_id, domain.id),
        key=AnswerKey(
            question_id=name,
            correct_options=frozenset(),
            truth=None,
            texts=[],
            numbers=[],
            explanation="",
            option_feedback={},
        ),
        author_id=act.user_id,
        name=name,
        version=0,
    )
    wording = Wording(
        prompt=prompt, explanation=explanation, difficulty=words.difficulty, domain=domain, key=words.key
    )
    new = question_updates.new_version(empty, wording, mint=_first(name, act))
    await work.questions.add([new])
    return await _created(work, name)


async def _domain(work: AuthoringWork, words: QuestionWords) -> ExamDomain:
    (exam_type,) = await work.exam_types.by_codes([words.exam_type])
    if exam_type is None:
        await exam_types.refuse_unknown(work.exam_types, field="examType")
        raise AssertionError("refuse_unknown raises")
    return await domain_of(work, exam_type.id, words.domain, field="domain")


def _empty(
    words: QuestionWords, id_: QuestionId, exam_type_id: ExamTypeId, domain_id: ExamDomainId
) -> Question:
    return Question(
        id=id_,
        exam_type_id=exam_type_id,
        domain_id=domain_id,
        kind=words.kind,
        difficulty=words.difficulty,
        prompt="",
        options=[],
        all_or_nothing=False,
    )


async def _created(work: AuthoringWork, question_id: QuestionId) -> AuthoredContent:
    """Return the question that a key created, in its newest version; raises NotFoundError where it is gone."""
    stored = await work.authored.lock_newest(question_id)
    if stored is None:
        raise NotFoundError("The question that this key created is gone.", field="idempotencyKey")
    return await question_updates.content_of(work, stored, stored.question.id)


def _first(name: QuestionId, act: Act) -> Mint:
    """Return what gives the question its id, and mints all others."""
    return lambda prefix: name if prefix == "question" else act.mint(prefix)
