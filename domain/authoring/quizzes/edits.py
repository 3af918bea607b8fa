"""Edits of quiz drafts: changing and discarding them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.acts import Act
from domain.authoring.questions.wordings import domain_among, domains_of
from domain.authoring.quizzes.creation import SLUG_IS_TAKEN, checked_description, checked_title
from domain.authoring.stores.quiz_drafts import MOST_POOLS, QuizDraft, QuizDraftConflictError
from domain.authoring.work import AuthoringWork
from domain.content.drawing.pools import QuestionPool
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS, Feedback, SlugTakenError, checked_slug
from domain.edits import UNCHANGED, Edit, checked
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import QuestionId, QuizDraftId
from domain.refusals import all_at_once


@entity
class GivenPool:
    """A pool as its author sends it: the domain by its code."""

    domain: str | None
    difficulty: Difficulty | None
    count: int


@entity
class QuizChanges:
    """What an edit changes; every field that is left out stays."""

    slug: Edit[str | None] = UNCHANGED
    title: Edit[str | None] = UNCHANGED
    description: Edit[str | None] = UNCHANGED
    time_limit: Edit[timedelta | None] = UNCHANGED
    pass_mark: Edit[int | None] = UNCHANGED
    feedback: Edit[Feedback | None] = UNCHANGED
    opens_at: Edit[datetime | None] = UNCHANGED
    closes_at: Edit[datetime | None] = UNCHANGED
    attempts_allowed: Edit[int | None] = UNCHANGED
    cool_down: Edit[timedelta | None] = UNCHANGED
    shuffle_questions: Edit[bool | None] = UNCHANGED
    shuffle_options: Edit[bool | None] = UNCHANGED
    question_ids: Edit[list[QuestionId] | None] = UNCHANGED
    pools: Edit[Sequence[GivenPool] | None] = UNCHANGED


_CLEARED = ("time_limit", "opens_at", "closes_at", "attempts_allowed", "cool_down")
"""The settings that null takes away."""


async def edit(
    work: AuthoringWork, act: Act, *, draft_id: QuizDraftId, version: int, changes: QuizChanges
) -> QuizDraft:
    """Change what was sent of a draft of the actor's, all of it or nothing; what changes nothing makes no version.

    A draft may have faults, which `faults_of` names. Raises, all at once, InvalidInputErrors that name the fields;
    NotFoundError, QuizDraftConflictError or SlugTakenError.
    """
    draft: QuizDraft | None = None
    values: dict[str, object] = {name: getattr(changes, name) for name in _CLEARED}
    with all_at_once() as each:
        with each:
            draft = await locked(work, act, draft_id, version)
        for name, (field, check) in _CHECKS.items():
            with each:
                values[name] = checked(getattr(changes, name), check, field=field)
        with each:
            pools = checked(changes.pools, _as_sent, field="pools")
            with each:
                if pools is not UNCHANGED and len(pools) > MOST_POOLS:
                    raise InvalidInputError(f"pools may hold at most {MOST_POOLS}.", field="pools")
            if pools is not UNCHANGED and draft is not None:
                values["pools"] = await _pools(work, draft, pools)
        with each:
            if draft is not None and draft.quiz_id and changes.slug not in {UNCHANGED, draft.slug}:
                raise InvalidInputError("slug stays once a quiz is published; leave it out.", field="slug")
    assert draft is not None  # noqa: S101 - else the block has raised
    sent = {name: value for name, value in values.items() if value is not UNCHANGED}
    edited = replace(draft, **sent)  # type: ignore[arg-type]
    if edited == draft:
        return draft
    edited = replace(edited, version=draft.version + 1, changed_at=act.now)
    if not await work.quiz_drafts.save(edited):
        raise SlugTakenError(SLUG_IS_TAKEN, field="slug")
    return edited


async def discard(work: AuthoringWork, act: Act, *, draft_id: QuizDraftId, version: int) -> QuizDraft:
    """Delete a draft of the actor's, and return it; the quiz that it would have replaced stays.

    Raises NotFoundError or QuizDraftConflictError.
    """
    draft = await locked(work, act, draft_id, version)
    await work.quiz_drafts.remove(draft.id)
    return draft


async def locked(work: AuthoringWork, act: Act, draft_id: QuizDraftId, version: int) -> QuizDraft:
    """Return a draft of the actor's at a version, locked; raises NotFoundError or QuizDraftConflictError."""
    draft = await work.quiz_drafts.lock(draft_id, author_id=act.user_id)
    if draft is None:
        raise NotFoundError("You have no such draft of a quiz; `myContent` lists yours.", field="draftId")
    if draft.version != version:
        raise QuizDraftConflictError(
            f"The draft is at version {draft.version}; look at it and repeat the change with that version.",
            current_id=draft.id,
            field="version",
        )
    return draft


def _slug(value: str) -> str:
    return checked_slug(value, field="slug")


def _questions(value: list[QuestionId]) -> list[QuestionId]:
    if len(value) > MOST_QUESTIONS:
        raise InvalidInputError(f"questionIds may hold at most {MOST_QUESTIONS}.", field="questionIds")
    return value


async def _pools(work: AuthoringWork, draft: QuizDraft, given: Sequence[GivenPool]) -> list[QuestionPool]:
    """Return the pools with the ids of their domains; raises, all at once, InvalidInputErrors."""
    named = any(pool.domain is not None for pool in given)
    domains = await domains_of(work, draft.exam_type_id) if named else {}
    pools = []
    with all_at_once() as each:
        for place, pool in enumerate(given[:MOST_POOLS]):
            with each:
                domain = None
                if pool.domain is not None:
                    domain = domain_among(domains, pool.domain, field=f"pools[{place}].domain")
                pools.append(
                    QuestionPool(
                        domain_id=None if domain is None else domain.id,
                        difficulty=pool.difficulty,
                        count=pool.count,
                    )
                )
    return pools


def _as_sent(value: Any) -> Any:
    return value


_CHECKS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "slug": ("slug", _slug),
    "title": ("title", checked_title),
    "description": ("description", checked_description),
    "pass_mark": ("passMark", _as_sent),
    "feedback": ("feedback", _as_sent),
    "shuffle_questions": ("shuffleQuestions", _as_sent),
    "shuffle_options": ("shuffleOptions", _as_sent),
    "question_ids": ("questionIds", _questions),
}
"""What every draft has: its name in the schema, and what checks it. Ranges are faults, and are not refused."""
