"""Updating questions: a change makes a new version, which quizzes ask from then on; attempts keep the old one."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from domain import text
from domain.acts import Act
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.questions import question_faults, question_images
from domain.authoring.questions.question_images import StoredImages
from domain.authoring.work import AuthoringWork
from domain.content.answer_keys import AnswerKey
from domain.content.drawn_keys import as_draft, drawn
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import LONGEST_PROSE, ImageDraft, KeyDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.content.releases.ownership import may_change
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError, VersionConflictError
from domain.ids import Mint, QuestionId
from domain.media.media import MediaUse
from domain.refusals import all_at_once


@entity
class Wording:
    """All that an author may change about a question."""

    prompt: str
    prompt_format: PromptFormat
    explanation: str
    difficulty: Difficulty
    domain: ExamDomain | None
    key: KeyDraft
    images: list[ImageDraft]


class QuestionConflictError(VersionConflictError):
    """The question was changed since the client read it; `current_id` is that of its newest version."""


async def update(
    work: AuthoringWork,
    act: Act,
    *,
    question_id: QuestionId,
    version: int,
    prompt: Edit[str | None] = UNCHANGED,
    prompt_format: Edit[PromptFormat | None] = UNCHANGED,
    explanation: Edit[str | None] = UNCHANGED,
    difficulty: Edit[Difficulty | None] = UNCHANGED,
    domain: Edit[str | None] = UNCHANGED,
    key: Edit[KeyDraft | None] = UNCHANGED,
    images: Edit[list[ImageDraft] | None] = UNCHANGED,
) -> AuthoredContent:
    """Change what was sent of a question of the actor's own, or of any author's for an admin in person.

    `question_id` is that of any version, `version` the number of the newest one, `domain` the code of a domain of its
    exam type, and `images` are those beside the prompt. What changes nothing makes no version. Raises, all at once,
    InvalidInputErrors that name the fields; NotFoundError or QuestionConflictError.
    """
    stored: AuthoredQuestion | None = None
    shown = StoredImages(of_prompt=[], of_options={})
    found: ExamDomain | None = None
    new_prompt: Edit[str] = UNCHANGED
    new_format: Edit[PromptFormat] = UNCHANGED
    new_key: Edit[KeyDraft] = UNCHANGED
    new_images: Edit[list[ImageDraft]] = UNCHANGED
    with all_at_once() as each:
        with each:
            new_prompt = _checked(prompt)
        with each:
            new_format = _checked_format(prompt_format)
        with each:
            new_explanation = checked(explanation, _checked_explanation, field="explanation")
        with each:
            new_difficulty = checked(difficulty, lambda value: value, field="difficulty")
        with each:
            new_key = checked(key, lambda value: value, field="key")
        with each:
            new_images = _checked_images(images)
        for name, value in question_images.given(new_images, new_key):
            with each:
                question_images.check_words(value, field=name)
        with each:
            stored = await _newest(work, act, question_id, version)
            found = await _domain(work, stored.question, domain)
            shown = await question_images.stored(work, stored.question.id)
            if new_key is not UNCHANGED:
                new_key = replace(new_key, ordered=_wording(stored, shown).key.ordered)
            for fault in [] if new_key is UNCHANGED else question_faults.of_key(stored, new_key):
                with each:
                    raise InvalidInputError(fault, field="key")
            for fault in question_faults.of_format(stored, new_prompt, new_format):
                with each:
                    raise InvalidInputError(fault, field="prompt")
            for fault in question_faults.of_prompt(stored, new_prompt, new_key):
                with each:
                    raise InvalidInputError(fault, field="prompt" if new_key is UNCHANGED else "key")
            for name, value in question_images.given(new_images, new_key):
                with each:
                    await question_images.check(work, value, author_id=stored.author_id, field=name)
    assert stored is not None  # noqa: S101 - else the block has raised
    before = _wording(stored, shown)
    after = Wording(
        prompt=settled(new_prompt, before.prompt),
        prompt_format=settled(new_format, before.prompt_format),
        explanation=settled(new_explanation, before.explanation),
        difficulty=settled(new_difficulty, before.difficulty),
        domain=found,
        key=settled(new_key, before.key),
        images=settled(new_images, before.images),
    )
    question_images.check_count(after.images, after.key, field="images" if new_key is UNCHANGED else "key")
    if after == before:
        return await _content(work, stored, stored.question.id)
    new, uses = _new_version(stored, after, mint=act.mint)
    await work.authored.replace(stored.question.id, new, version=stored.version + 1)
    await work.media.use(uses)
    return await _content(work, stored, new.question.id)


def _checked(prompt: Edit[str | None]) -> Edit[str]:
    return checked(prompt, _checked_prompt, field="prompt")


def _checked_format(prompt_format: Edit[PromptFormat | None]) -> Edit[PromptFormat]:
    return checked(prompt_format, lambda value: value, field="promptFormat")


def _checked_images(images: Edit[list[ImageDraft] | None]) -> Edit[list[ImageDraft]]:
    return checked(images, lambda value: value, field="images")


def _checked_prompt(value: str) -> str:
    return text.prose(value, field="prompt", longest=LONGEST_PROSE, shortest=1)


def _checked_explanation(value: str) -> str:
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


async def _content(work: AuthoringWork, stored: AuthoredQuestion, question_id: QuestionId) -> AuthoredContent:
    (content,) = await work.authored.by_ids([question_id], author_id=stored.author_id)
    assert content is not None  # noqa: S101 - it was stored or locked before
    return content


async def _domain(work: AuthoringWork, question: Question, code: Edit[str | None]) -> ExamDomain | None:
    """Return the domain with a code; None for the one that it has."""
    if code is UNCHANGED:
        return None
    (domains,) = await work.exam_types.domains_of([question.exam_type_id])
    for domain in domains:
        if domain.code == code:
            return None if domain.id == question.domain_id else domain
    codes = ", ".join(domain.code for domain in domains)
    raise InvalidInputError(
        f"domain must be the code of a domain of the exam type. There are: {codes}.", field="domain"
    )


def _wording(stored: AuthoredQuestion, shown: StoredImages) -> Wording:
    """Return what is stored of a question, as its author would write it."""
    return Wording(
        prompt=stored.question.prompt,
        prompt_format=stored.question.prompt_format,
        explanation=stored.key.explanation,
        difficulty=stored.question.difficulty,
        domain=None,
        key=as_draft(stored.question, stored.key, shown.of_options),
        images=shown.of_prompt,
    )


def _new_version(
    stored: AuthoredQuestion, wording: Wording, *, mint: Mint
) -> tuple[NewQuestion, list[MediaUse]]:
    """Return the next version under a new id, with new ids of its options, and the images that it shows."""
    old, new_id = stored.question, QuestionId(mint("question"))
    key = drawn(wording.key, mint)
    question = replace(
        old,
        id=new_id,
        domain_id=old.domain_id if wording.domain is None else wording.domain.id,
        difficulty=wording.difficulty,
        prompt=wording.prompt,
        prompt_format=wording.prompt_format,
        options=key.options,
        all_or_nothing=wording.key.all_or_nothing,
        prompts=key.prompts,
        blanks=key.blanks,
    )
    secret = AnswerKey(
        question_id=new_id,
        correct_options=key.correct_options,
        truth=wording.key.truth,
        texts=wording.key.texts,
        numbers=wording.key.numbers,
        explanation=wording.explanation,
        option_feedback=key.option_feedback,
        parts=key.parts,
    )
    new = NewQuestion(
        question=question,
        key=secret,
        author_id=stored.author_id,
        name=stored.name,
        content_hash=_hash(old, wording),
    )
    return new, question_images.uses(new_id, wording.images, key)


def _hash(old: Question, wording: Wording) -> str:
    """Return a hash of the change: no import of the same content finds it, so that a file puts back what it says."""
    key: list[Any] = [[o.text, o.correct, o.feedback] for o in wording.key.options]
    rest: list[Any] = [
        wording.key.truth,
        [str(t) for t in wording.key.texts],
        [str(n) for n in wording.key.numbers],
    ]
    rest += [str(wording.key.prompts), str(wording.key.blanks)]
    rest += [wording.prompt_format.value, str(wording.images), str(list(question_images.of_key(wording.key)))]
    said = [old.id, wording.prompt, wording.explanation, wording.difficulty.value, key, *rest]
    return "edited " + hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
