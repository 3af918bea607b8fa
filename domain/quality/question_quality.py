"""Quality of a question, as its author and moderators see it: reports, statistics, and whether it is suspended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from domain import text
from domain.content.questions import Difficulty, Question
from domain.entities import entity
from domain.ids import ExamTypeId, QuestionId, QuizId, UserId
from domain.paging import Page, Window
from domain.quality import item_statistics
from domain.quality.item_statistics import ItemStatistics, ItemTotals

FLAGGED_FROM = 3
"""How many reporters with open reports make a question flagged."""
LONGEST_QUERY = 200


@entity
class QuestionSuspension:
    """Since when, and why, new attempts leave a question out."""

    suspended_at: datetime
    reason: str


@entity
class QuestionQuality:
    """What is known about one version of a question.

    `flag_count` counts the reporters with open reports on any of its versions, `incorrect_count` those who say that the
    key is wrong. `open_reports` is what the list is ordered by.
    """

    question: Question
    author_id: UserId
    flag_count: int
    incorrect_count: int
    suspension: QuestionSuspension | None
    totals: ItemTotals | None

    @property
    def question_id(self) -> QuestionId:
        """The id of the version."""
        return self.question.id

    @property
    def is_flagged(self) -> bool:
        """Whether enough learners have open reports on it."""
        return self.flag_count >= FLAGGED_FROM

    @property
    def is_suspended(self) -> bool:
        """Whether new attempts leave it out."""
        return self.suspension is not None

    @property
    def suggests_suspension(self) -> bool:
        """Whether it is flagged as incorrect, and the statistics say so too."""
        return (
            self.suspension is None
            and self.incorrect_count >= FLAGGED_FROM
            and self.totals is not None
            and item_statistics.is_worse_than_chance(self.question, self.totals)
        )

    @property
    def statistics(self) -> ItemStatistics | None:
        """The statistics, once there are enough responses."""
        return item_statistics.statistics_of(self.totals)


@entity
class QualityFilter:
    """A filter of questions, `query` by words of the prompt; None leaves a condition out."""

    flagged: bool | None = None
    suspended: bool | None = None
    exam_type_id: ExamTypeId | None = None
    difficulty: Difficulty | None = None
    query: str | None = None


def checked_filter(asked: QualityFilter) -> QualityFilter:
    """Return a filter with its words on one line; raises InvalidInputError."""
    if asked.query is None:
        return asked
    return replace(asked, query=text.line(asked.query, field="query", longest=LONGEST_QUERY))


@entity
class QuizCounts:
    """How many questions of a quiz are suspended, and how many were generated and not reviewed by a human."""

    suspended: int
    unreviewed: int


class QuestionQualities(Protocol):
    """What is known about questions; `viewer_id` leaves out those that an open attempt of the viewer's asks."""

    async def by_ids(
        self, ids: Sequence[QuestionId], *, viewer_id: UserId, sees_all: bool
    ) -> list[QuestionQuality | None]:
        """Return one slot per id: the viewer's own questions, and for a moderator all where `sees_all` is set."""

    async def page(self, window: Window, *, viewer_id: UserId, asked: QualityFilter) -> Page[QuestionQuality]:
        """Return the questions with open reports and the suspended ones, those with most reporters first."""

    async def lock(self, question_id: QuestionId) -> UserId | None:
        """Lock a question against other suspensions; return its author, None if there is none."""

    async def suspend(self, question_id: QuestionId, suspension: QuestionSuspension, *, by: UserId) -> bool:
        """Store a suspension; tell whether the question was not suspended."""

    async def resume(self, question_id: QuestionId) -> bool:
        """Remove a suspension; tell whether there was one."""

    async def counts_of(self, ids: Sequence[QuizId]) -> list[QuizCounts]:
        """Count the questions of each quiz that attempts leave out, and those for which they earn nothing."""
