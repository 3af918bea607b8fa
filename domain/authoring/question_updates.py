"""Updating questions: a change makes a new version, which quizzes ask from then on; attempts keep the old one."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from domain import ids, text
from domain.acts import Act
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.work import AuthoringWork
from domain.content.answer_keys import AnswerKey
from domain.content.answers import Option
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import LONGEST_PROSE, KeyDraft, OptionDraft, text_faults
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.content.releases.ownership import may_change
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError, VersionConflictError
from domain.ids import ExamTypeId, Mint, OptionId, QuestionId
from domain.refusals import all_at_once

_EVERY_OTHER = "*"
_PARTS = ("options", "truth", "texts", "numbers")
"""The parts of a key; each kind of question uses one of them."""


@entity
class Wording:
    """All that an author may change about a question."""

    prompt: str
    explanation: str
    difficulty: Difficulty
    domain: ExamDomain | None
    key: KeyDraft


class QuestionConflictError(VersionConflictError):
    """The question was changed since the client read it; `current_id` is that of its newest version."""


async def update(
    work: AuthoringWork,
    act: Act,
    *,
    question_id: QuestionId,
    version: int,
    prompt: Edit[str | None] = UNCHANGED,
    explanation: Edit[str | None] = UNCHANGED,
    difficulty: Edit[Difficulty | None] = UNCHANGED,
    domain: Edit[str | None] = UNCHANGED,
    key: Edit[KeyDraft | None] = UNCHANGED,
) -> AuthoredContent:
    """Change what was sent of a question of the actor's own, or of any author's for an admin in person.

    `question_id` is that of any version, `version` the number of the newest one, `domain` the code of a domain of its
    exam type. What changes nothing makes no version. Raises, all at once, InvalidInputErrors that name the fields;
    NotFoundError or QuestionConflictError.
    """
    stored: AuthoredQuestion | None = None
    found: ExamDomain | None = None
    new_key: Edit[KeyDraft] = UNCHANGED
    with all_at_once() as each:
        with each:
            new_prompt = checked(prompt, checked_prompt, field="prompt")
        with each:
            new_explanation = checked(explanation, checked_explanation, field="explanation")
        with each:
            new_difficulty = checked(difficulty, lambda value: value, field="difficulty")
        with each:
            new_key = checked(key, lambda value: value, field="key")
        with each:
            stored = await _newest(work, act, question_id, version)
            found = await _domain(work, stored.question, domain)
            has = [] if new_key is UNCHANGED else parts_of(_wording(stored).key)
            for fault in [] if new_key is UNCHANGED else key_faults(stored.question.kind, has, new_key):
                with each:
                    raise InvalidInputError(fault, field="key")
    assert stored is not None  # noqa: S101 - else the block has raised
    before = _wording(stored)
    after = Wording(
        prompt=settled(new_prompt, before.prompt),
        explanation=settled(new_explanation, before.explanation),
        difficulty=settled(new_difficulty, before.difficulty),
        domain=found,
        key=settled(new_key, before.key),
    )
    if after == before:
        return await content_of(work, stored, stored.question.id)
    new = new_version(stored, after, mint=act.mint)
    await work.authored.replace(stored.question.id, new, version=stored.version + 1)
    return await content_of(work, stored, new.question.id)


def checked_prompt(value: str) -> str:
    """Return a prompt of 1 to 10 000 characters; raises InvalidInputError."""
    return text.prose(value, field="prompt", longest=LONGEST_PROSE, shortest=1)


def checked_explanation(value: str) -> str:
    """Return an explanation of at most 10 000 characters; raises InvalidInputError."""
    return text.prose(value, field="explanation", longest=LONGEST_PROSE)


async def _newest(work: AuthoringWork, act: Act, question_id: QuestionId, version: int) -> AuthoredQuestion:
    """Return the newest version of a question that the actor may change, locked; it has to have this number."""
    stored = await work.authored.lock_newest(question_id)
    if stored is None or not await may_change(work, act, author_id=stored.author_id):
        raise NotFoundError("You have no such question.", field="id")
    if version != stored.version:
        raise QuestionConflictError(
            f"The question is at version {stored.version}; look at it and repeat the change with that version.",
            current_id=stored.question.id,
            field="version",
        )
    return stored


async def content_of(
    work: AuthoringWork, stored: AuthoredQuestion, question_id: QuestionId
) -> AuthoredContent:
    """Return a stored question as an item of its author's list."""
    (content,) = await work.authored.by_ids([question_id], author_id=stored.author_id)
    assert content is not None  # noqa: S101 - it was stored or locked before
    return content


async def _domain(work: AuthoringWork, question: Question, code: Edit[str | None]) -> ExamDomain | None:
    """Return the domain with a code; None for the one that it has."""
    if code is UNCHANGED:
        return None
    domain = await domain_of(work, question.exam_type_id, code, field="domain")
    return None if domain.id == question.domain_id else domain


async def domain_of(
    work: AuthoringWork, exam_type_id: ExamTypeId, code: str | None, *, field: str
) -> ExamDomain:
    """Return the domain of an exam type with a code; raises InvalidInputError that names those that there are."""
    (domains,) = await work.exam_types.domains_of([exam_type_id])
    for domain in domains:
        if domain.code == code:
            return domain
    codes = ", ".join(domain.code for domain in domains)
    raise InvalidInputError(
        f"{field} must be the code of a domain of the exam type. There are: {codes}.", field=field
    )


def _wording(stored: AuthoredQuestion) -> Wording:
    """Return what is stored of a question, as its author would write it."""
    key, feedback = stored.key, dict(stored.key.option_feedback)
    options = [
        OptionDraft(
            text=option.text,
            correct=option.id in key.correct_options,
            feedback=feedback.pop(option.id, ""),
        )
        for option in stored.question.options
    ]
    return Wording(
        prompt=stored.question.prompt,
        explanation=key.explanation,
        difficulty=stored.question.difficulty,
        domain=None,
        key=KeyDraft(
            options=options,
            all_or_nothing=stored.question.all_or_nothing,
            truth=key.truth,
            texts=key.texts,
            numbers=key.numbers,
            feedback=feedback,
        ),
    )


def parts_of(key: KeyDraft) -> list[str]:
    """Return which parts a key has."""
    return [name for name in _PARTS if getattr(key, name) not in (None, [])]


def key_faults(kind: QuestionKind, parts: Collection[str], after: KeyDraft) -> Iterator[str]:
    """Yield what is wrong with a key; it has no parts but these, which are those of the question's kind."""
    foreign = [name for name in parts_of(after) if name not in parts]
    if foreign:
        yield f"A question of kind {kind.value} has no {', '.join(foreign)}; leave that out of the key."
        return
    yield from text_faults("A feedback", [*after.feedback.values(), *(o.feedback for o in after.options)])
    yield from _feedback_faults(after)
    if kind is QuestionKind.SINGLE_CHOICE and sum(option.correct for option in after.options) > 1:
        yield "A single choice has one right option."
    yield from kind.rules.faults(after)


def _feedback_faults(key: KeyDraft) -> Iterator[str]:
    """Yield which feedback is for no answer of the key; that of options stands at the options."""
    known = {_EVERY_OTHER} if key.texts or key.numbers else set()
    known |= {text.text for text in key.texts} | {f"{each.low}..{each.high}" for each in key.numbers}
    known |= set() if key.truth is None else {"true", "false"}
    for place, answer in enumerate(key.feedback):
        if answer not in known:
            yield (
                f"feedback[{place}] is for no answer of the key; name `true` or `false`, an accepted text or range as "
                f"the key has it, or `*` beside those, and write the feedback of options at the options."
            )


def new_version(stored: AuthoredQuestion, wording: Wording, *, mint: Mint) -> NewQuestion:
    """Return the next version under a new id, with new ids of its options, whose order tells nothing."""
    old, new_id = stored.question, QuestionId(mint("question"))
    drawn = ((OptionId(ids.without_time(mint("option"))), option) for option in wording.key.options)
    options = sorted(drawn, key=lambda pair: pair[0])
    question = replace(
        old,
        id=new_id,
        domain_id=old.domain_id if wording.domain is None else wording.domain.id,
        difficulty=wording.difficulty,
        prompt=wording.prompt,
        options=[Option(id=option_id, text=option.text) for option_id, option in options],
        all_or_nothing=wording.key.all_or_nothing,
    )
    by_option: dict[str, str] = {option_id: o.feedback for option_id, o in options if o.feedback}
    key = AnswerKey(
        question_id=new_id,
        correct_options=frozenset(option_id for option_id, option in options if option.correct),
        truth=wording.key.truth,
        texts=wording.key.texts,
        numbers=wording.key.numbers,
        explanation=wording.explanation,
        option_feedback=wording.key.feedback | by_option,
    )
    return NewQuestion(
        question=question,
        key=key,
        author_id=stored.author_id,
        name=stored.name,
        content_hash=_hash(old, wording),
    )


def _hash(old: Question, wording: Wording) -> str:
    """Return a hash of the change: no import of the same content finds it, so that a file puts back what it says."""
    key: list[Any] = [[o.text, o.correct, o.feedback] for o in wording.key.options]
    rest = [wording.key.truth, [str(t) for t in wording.key.texts], [str(n) for n in wording.key.numbers]]
    said = [old.id, wording.prompt, wording.explanation, wording.difficulty.value, key, *rest]
    return "edited " + hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
