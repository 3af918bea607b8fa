"""Submissions of attempts in Postgres: one statement reads, one writes, for any number of attempts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import AnsweredSlot, GradingInput, RecentResults, Revisions
from domain.assessment.submissions import Submission, SubmissionResult, WithheldResult
from domain.content.grading_keys import GradingKey
from domain.gamification.streak_rules import Day
from domain.gamification.streaks import History, UserZone
from domain.idempotency import REMEMBERED, Receipt
from domain.ids import AttemptId, QuestionId, UserId
from persistence.analytics import learner_analytics
from persistence.assessment import submission_statements
from persistence.content.grading_keys import GRADING_KEYS
from persistence.database import SqlConnection
from persistence.gamification import xp
from persistence.tables.assessment.attempts import answer_from_json, attempt_columns, attempt_of

_ATTEMPT = len(attempt_columns)
_QUESTION = 0
"""The place of the question's id in a slot of a row."""
_day: Callable[..., Day] = Day


class SqlSubmissions:
    """Attempts in `quiz_attempts`, and every table that a result reaches."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Lock the learner's row and the attempt's."""
        await self._connection.run(submission_statements.LOCK, attempt_id=attempt_id, user_id=user_id)

    async def grading_inputs(
        self, submissions: Sequence[Submission], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[GradingInput | None]:
        """Return the grading input of each submission: in one statement, and one for questions that are new here."""
        claims = [submission.claim for submission in submissions]
        found = await self._connection.rows(
            submission_statements.GRADING_INPUTS,
            attempt_ids=[submission.attempt_id for submission in submissions],
            user_ids=[submission.user_id for submission in submissions],
            operations=[claim and claim.operation for claim in claims],
            keys=[claim and claim.key for claim in claims],
            nows=[submission.now for submission in submissions],
            forgotten=[submission.now - REMEMBERED for submission in submissions],
            credits_within=credits_within,
            xp_within=xp_within,
        )
        asked = {slot[_QUESTION] for row in found for slot in row["slots"] or ()}
        keys = await GRADING_KEYS.read(self._connection, asked)
        inputs: list[GradingInput | None] = [None] * len(submissions)
        for place, *row in found:
            inputs[place - 1] = _grading_input(keys, *row)
        return inputs

    async def finish(self, results: Sequence[SubmissionResult]) -> list[bool]:
        """Store each result whose two rows are at the revisions that were read, all in one statement; return which."""
        shares = [
            (result.attempt.id, number, credit)
            for result in results
            for number, credit in result.credits.items()
        ]
        found = await self._connection.all(
            submission_statements.FINISH,
            **_columns([_recorded(result) | _ended(result) for result in results]),
            credit_attempts=[attempt_id for attempt_id, _, _ in shares],
            numbers=[number for _, number, _ in shares],
            parts=[credit.numerator for _, _, credit in shares],
            wholes=[credit.denominator for _, _, credit in shares],
            **_earned(results),
            **learner_analytics.arguments([result.facts for result in results]),
        )
        ids = set(found)
        stored = [result.attempt.id in ids for result in results]
        counting = self._connection.counting()
        for result, is_stored in zip(results, stored, strict=True):
            if is_stored:
                counting.attempts += 1
                counting.award(result.entries)
        return stored

    async def withhold(self, result: WithheldResult) -> bool:
        """Store that an attempt was submitted, if its two rows are at the revisions that were read."""
        attempt = result.attempt
        own = {"user_id": attempt.user_id, "local_date": attempt.local_date, "late": attempt.late}
        found = await self._connection.all(
            submission_statements.WITHHOLD, **_columns([_recorded(result) | own]), **_earned([result])
        )
        if found:
            self._connection.counting().award(result.entries)
        return bool(found)

    async def releasable(
        self, *, user_id: UserId | None, ending: AttemptId | None, now: datetime, limit: int
    ) -> list[QuizAttempt]:
        """Return withheld attempts that no open attempt asks about, by learner and end."""
        return await self._connection.all(
            submission_statements.RELEASABLE, user_id=user_id, ending=ending, now=now, most=limit
        )


def _recorded(result: SubmissionResult | WithheldResult) -> dict[str, Any]:
    """Return the columns that are stored of every submission; without an activity there is no summary."""
    attempt, claim, activity = result.attempt, result.claim, result.activity
    return {
        "attempt_id": attempt.id,
        "learner": result.read.learner,
        "answers": result.read.answers,
        "finished_at": attempt.finished_at,
        "operation": claim and claim.operation,
        "key": claim and claim.key,
        "fingerprint": claim and claim.receipt.fingerprint,
        "claimed_at": result.claimed_at,
        "kind": activity and activity.kind.value,
        "source_type": activity and activity.source_type,
        "summary": activity and activity.summary,
        "time_zone": activity and activity.time_zone,
    }


def _ended(result: SubmissionResult) -> dict[str, Any]:
    """Return the columns of a result that is not withheld."""
    attempt = result.attempt
    score = None if attempt.score is None else Decimal(str(attempt.score))
    return {"state": attempt.state.value, "score": score, "passed": attempt.passed}


def _earned(results: Sequence[SubmissionResult | WithheldResult]) -> dict[str, list[Any]]:
    """Return the parameters of freezes and XP."""
    return {
        "frozen": [result.attempt.user_id for result in results for _ in result.freezes],
        "freezes": [day for result in results for day in sorted(result.freezes)],
        **xp.arguments([entry for result in results for entry in result.entries]),
    }


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Turn rows with the same names into columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _grading_input(keys: Mapping[str, GradingKey], *row: Any) -> GradingInput:
    attempt = attempt_of(*row[:_ATTEMPT])
    learner, answers, slug, title, exam_type_id, zone, day_start, *rest = row[_ATTEMPT:]
    (
        on_roadmap,
        is_own,
        asked_elsewhere,
        others_wait,
        fingerprint,
        result_id,
        slots,
        shares,
        attempts,
        earned,
        active_on,
        *activities,
        frozen,
    ) = rest
    if not slots or any(slot[_QUESTION] not in keys for slot in slots):
        slots = ()  # without all of its keys it is not graded at all
    return GradingInput(
        attempt=attempt,
        revisions=Revisions(learner=learner, answers=answers),
        slots=[_slot(keys[question_id], *given) for question_id, *given in slots],
        quiz_slug=slug,
        quiz_title=title,
        exam_type_id=exam_type_id,
        zone=UserZone(time_zone=zone, day_start_hour=day_start),
        on_roadmap=on_roadmap,
        is_own=is_own,
        asked_elsewhere=asked_elsewhere is True,
        others_wait=others_wait is True,
        receipt=None if fingerprint is None else Receipt(fingerprint=fingerprint, result_id=result_id),
        recent=RecentResults(
            credits=_best(shares or ()),
            attempts=attempts,
            xp={date.fromisoformat(day): amount for day, amount, _, _ in earned or ()},
            lately=sum(lately for _, _, lately, _ in earned or ()),
            nodes={date.fromisoformat(day): amount for day, _, _, amount in earned or ()},
        ),
        history=None
        if active_on is not None
        else _history(zip(*(column or () for column in activities), strict=True), frozen),
        active_on=active_on,
    )


def _slot(key: GradingKey, number: int, answer: dict[str, Any] | None, fast: bool) -> AnsweredSlot:
    return AnsweredSlot(number=number, question=key, key=key, answer=answer_from_json(answer), fast=fast)


def _best(credits: Sequence[tuple[QuestionId, int, int]]) -> Mapping[QuestionId, Fraction]:
    best: dict[QuestionId, Fraction] = {}
    for question_id, part, whole in credits:
        credit = Fraction(part, whole)
        best[question_id] = max(best.get(question_id, credit), credit)
    return best


def _history(activities: Iterable[tuple[date, datetime, str]], frozen: Sequence[date]) -> History:
    """Build a history from activities in the order of their dates and moments."""
    days: list[Day] = []
    for local_date, group in groupby(activities, key=itemgetter(0)):
        of_day = list(group)
        (_, first_at, first_zone), (_, last_at, last_zone) = of_day[0], of_day[-1]
        days.append(_day(local_date, first_at, last_at, first_zone, last_zone, len(of_day)))
    return History(days=days, frozen=frozenset(frozen))
