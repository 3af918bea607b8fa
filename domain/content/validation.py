"""Validation of roadmap versions: all flaws that keep them from being published, as they are now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from domain.content.prerequisites import MOST_FLAWS, Flaw, FlawKind, Step, flaws
from domain.content.quizzes import Quiz, Quizzes
from domain.entities import entity
from domain.ids import RoadmapVersionId, UserId


@entity
class Outline:
    """The steps of a version by the keys of their lineages, in order, with the author of the roadmap."""

    version_id: RoadmapVersionId
    author_id: UserId
    steps: list[Step]


class Outlines(Protocol):
    """The outlines of versions; `viewer_id` filters rows as in `Roadmaps`."""

    async def of_versions(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[Outline | None]:
        """Return one slot per id, in their order."""


async def flaws_of(
    outlines: Outlines,
    quizzes: Quizzes,
    ids: list[RoadmapVersionId],
    *,
    viewer_id: UserId | None,
    now: datetime,
) -> list[list[Flaw]]:
    """Return the flaws of each version, the first 100; one statement reads all versions, another all quizzes."""
    found = await outlines.of_versions(ids, viewer_id=viewer_id)
    visible = [outline for outline in found if outline is not None]
    asked = [(outline.steps, outline.author_id) for outline in visible]
    of_quizzes = await quiz_flaws_of(quizzes, asked, now=now)
    by_id = {
        outline.version_id: (flaws(outline.steps) + missing)[:MOST_FLAWS]
        for outline, missing in zip(visible, of_quizzes, strict=True)
    }
    return [by_id.get(id_, []) for id_ in ids]


async def quiz_flaws(
    quizzes: Quizzes, steps: Iterable[Step], *, author_id: UserId, now: datetime
) -> list[Flaw]:
    """Return a flaw for every step that no learner can finish, because its quiz cannot be taken or may change.

    `author_id` is the author of the roadmap. One statement reads all quizzes; a roadmap without any needs none.
    """
    return (await quiz_flaws_of(quizzes, [(steps, author_id)], now=now))[0]


async def quiz_flaws_of(
    quizzes: Quizzes, roadmaps: Sequence[tuple[Iterable[Step], UserId]], *, now: datetime
) -> list[list[Flaw]]:
    """Return the flaws of several roadmaps, each by its steps and its author; one statement reads all quizzes."""
    asked = [
        [(step, step.quiz_slug) for step in steps if step.quiz_slug is not None] for steps, _ in roadmaps
    ]
    wanted = list(dict.fromkeys(slug for each in asked for _, slug in each))
    read = await quizzes.by_slugs(wanted) if wanted else []
    found = dict(zip(wanted, read, strict=True))
    return [
        [
            flaw
            for step, slug in each
            if (flaw := _flaw(step, slug, found[slug], author_id=author_id, now=now)) is not None
        ]
        for each, (_, author_id) in zip(asked, roadmaps, strict=True)
    ]


def _flaw(step: Step, slug: str, quiz: Quiz | None, *, author_id: UserId, now: datetime) -> Flaw | None:
    """Return what is wrong with the quiz of a step; a node of a fork may have one of the origin's author."""
    if quiz is None:
        kind, reason = FlawKind.UNKNOWN_QUIZ, "which does not exist; import it first"
    elif quiz.author_id not in {author_id, step.author_id}:
        kind, reason = FlawKind.FOREIGN_QUIZ, "which belongs to another author"
    elif quiz.withdrawn_at is not None:
        kind, reason = FlawKind.WITHDRAWN_QUIZ, "which is withdrawn; restore it first"
    elif quiz.is_closed(now):
        kind, reason = FlawKind.CLOSED_QUIZ, "which is closed"
    else:
        return None
    return Flaw(kind=kind, key=step.key, message=f"{step.key} is completed by the quiz {slug}, {reason}")
