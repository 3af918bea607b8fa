"""Updating questions: a change makes a new version, which quizzes ask from then on; attempts keep the old one."""

from collections.abc import Iterator
from dataclasses import replace

from domain.acts import Act
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.questions import question_faults, question_images
from domain.authoring.questions.question_images import StoredImages
from domain.authoring.questions.wordings import (
    Wording,
    checked_explanation,
    checked_prompt,
    content_of,
    domain_of,
    new_version,
)
from domain.authoring.work import AuthoringWork
from domain.content.drawn_keys import as_draft
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import ImageDraft, KeyDraft
from domain.content.question_kinds.key_faults import path_of
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, Question
from domain.content.releases.ownership import may_change
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.errors import InvalidInputError, NotFoundError, VersionConflictError
from domain.ids import QuestionId
from domain.refusals import all_at_once


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
    exam type, and `images` are those beside the prompt. What changes nothing makes no version; what
    changes something is a review of a generated question. Raises, all at once,
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
            new_explanation = checked(explanation, checked_explanation, field="explanation")
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
            stored = await _newest(work, act, question_id)
            with each:
                _check_version(stored, version)
            with each:
                found = await _domain(work, stored.question, domain)
            shown = await question_images.stored(work, stored.question.id)
            if new_key is not UNCHANGED:
                new_key = replace(new_key, ordered=stored.question.kind is QuestionKind.ORDERING)
            for name, fault in _faults(_wording(stored, shown), stored, new_prompt, new_format, new_key):
                with each:
                    raise InvalidInputError(fault, field=name)
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
        return await content_of(work, stored, stored.question.id)
    new, uses = new_version(stored, after, mint=act.mint)
    await work.authored.replace(stored.question.id, new, version=stored.version + 1)
    await work.media.use(uses)
    await work.provenances.review(new.question.id, by=act.user_id, now=act.now)
    return await content_of(work, stored, new.question.id)


def _checked(prompt: Edit[str | None]) -> Edit[str]:
    return checked(prompt, checked_prompt, field="prompt")


def _checked_format(prompt_format: Edit[PromptFormat | None]) -> Edit[PromptFormat]:
    return checked(prompt_format, lambda value: value, field="promptFormat")


def _checked_images(images: Edit[list[ImageDraft] | None]) -> Edit[list[ImageDraft]]:
    return checked(images, lambda value: value, field="images")


def _faults(
    before: Wording,
    stored: AuthoredQuestion,
    prompt: Edit[str],
    prompt_format: Edit[PromptFormat],
    key: Edit[KeyDraft],
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what is new, and with what it has to fit, after the name of a field."""
    kind, words = stored.question.kind, settled(prompt, before.prompt)
    if key is not UNCHANGED:
        yield from ((path_of("key", fault), fault) for fault in question_faults.of_key(kind, key))
    if prompt is not UNCHANGED or prompt_format is not UNCHANGED:
        written = settled(prompt_format, before.prompt_format)
        yield from (("prompt", fault) for fault in question_faults.of_format(words, written))
    if prompt is not UNCHANGED or key is not UNCHANGED:
        name = "prompt" if key is UNCHANGED else "key"
        yield from (
            (name, fault) for fault in question_faults.of_prompt(kind, words, settled(key, before.key))
        )


async def _newest(work: AuthoringWork, act: Act, question_id: QuestionId) -> AuthoredQuestion:
    """Return the newest version of a question that the actor may change, locked."""
    stored = await work.authored.lock_newest(question_id)
    if stored is None or not await may_change(work, act, author_id=stored.author_id):
        raise NotFoundError("You have no such question; `myContent` lists yours.", field="id")
    return stored


def _check_version(stored: AuthoredQuestion, version: int) -> None:
    if version != stored.version:
        raise QuestionConflictError(
            f"The question is at version {stored.version}; look at it and repeat the change with that version.",
            current_id=stored.question.id,
            field="version",
        )


async def _domain(work: AuthoringWork, question: Question, code: Edit[str | None]) -> ExamDomain | None:
    """Return the domain with a code; None for the one that it has."""
    if code is UNCHANGED:
        return None
    domain = await domain_of(work, question.exam_type_id, code, field="domain")
    return None if domain.id == question.domain_id else domain


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
