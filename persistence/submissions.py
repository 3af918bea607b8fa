"""Handing attempts in, in Postgres: one statement reads, one writes, for any number of attempts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

from domain.attempt_sheets import AnsweredSlot, Marking, Practice
from domain.idempotency import REMEMBERED, Receipt
from domain.ids import AttemptId, QuestionId, UserId
from domain.runs import Day
from domain.streaks import History, UserZone
from domain.submissions import HandIn, Result, Revisions, Sheet
from persistence import analytics, xp
from persistence import submission_statements as sql
from persistence.attempt_tables import answer_of, attempt_columns, attempt_of
from persistence.engine import Connection
from persistence.markings import KEPT

_ATTEMPT = len(attempt_columns)
_QUESTION = 0
"""Where a slot of a sheet names its question."""
_day: Callable[..., Day] = Day


class SqlSubmissions:
    """Attempts in `quiz_attempts`, and every table that a result reaches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def hold(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Lock the learner's row and the attempt's."""
        await self._connection.run(sql.HOLD, attempt_id=attempt_id, user_id=user_id)

    async def sheets(
        self, handed: Sequence[HandIn], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[Sheet | None]:
        """Return what each attempt is graded by, one slot per attempt: in one statement, and one for new questions."""
        claims = [one.claim for one in handed]
        found = await self._connection.rows(
            sql.SHEETS,
            attempt_ids=[one.attempt_id for one in handed],
            user_ids=[one.user_id for one in handed],
            operations=[claim and claim.operation for claim in claims],
            keys=[claim and claim.key for claim in claims],
            nows=[one.now for one in handed],
            forgotten=[one.now - REMEMBERED for one in handed],
            credits_within=credits_within,
            xp_within=xp_within,
        )
        asked = {slot[_QUESTION] for row in found for slot in row["slots"] or ()}
        markings = await KEPT.read(self._connection, asked)
        sheets: list[Sheet | None] = [None] * len(handed)
        for place, *row in found:
            sheets[place - 1] = _sheet(markings, *row)
        return sheets

    async def finish(self, results: Sequence[Result]) -> list[bool]:
        """Store each result whose two rows are there as they were read, and tell which, all in one statement."""
        shares = [
            (result.attempt.id, number, credit)
            for result in results
            for number, credit in result.credits.items()
        ]
        stored = await self._connection.all(
            sql.FINISH,
            **_columns([_member(result) for result in results]),
            credit_attempts=[attempt_id for attempt_id, _, _ in shares],
            numbers=[number for _, number, _ in shares],
            parts=[credit.numerator for _, _, credit in shares],
            wholes=[credit.denominator for _, _, credit in shares],
            frozen=[result.attempt.user_id for result in results for _ in result.freezes],
            freezes=[day for result in results for day in sorted(result.freezes)],
            **xp.arguments([entry for result in results for entry in result.entries]),
            **analytics.arguments([result.facts for result in results]),
        )
        ids = set(stored)
        told = [result.attempt.id in ids for result in results]
        counting = self._connection.counting()
        for result, is_stored in zip(results, told, strict=True):
            if is_stored:
                counting.attempts += 1
                counting.award(result.entries)
        return told


def _member(result: Result) -> dict[str, Any]:
    """Return the values of a result by the columns that FINISH has of each; without an activity no summary."""
    attempt, claim, activity = result.attempt, result.claim, result.activity
    return {
        "attempt_id": attempt.id,
        "learner": result.read.learner,
        "answers": result.read.answers,
        "state": attempt.state.value,
        "finished_at": attempt.finished_at,
        "score": None if attempt.score is None else Decimal(str(attempt.score)),
        "passed": attempt.passed,
        "operation": claim and claim.operation,
        "key": claim and claim.key,
        "fingerprint": claim and claim.receipt.fingerprint,
        "claimed_at": result.claimed_at,
        "kind": activity and activity.kind.value,
        "source_type": activity and activity.source_type,
        "summary": activity and activity.summary,
        "time_zone": activity and activity.time_zone,
    }


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Turn rows with the same names into columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _sheet(markings: Mapping[str, Marking], *row: Any) -> Sheet:
    attempt = attempt_of(*row[:_ATTEMPT])
    learner, answers, slug, title, exam_type_id, zone, day_start, on_roadmap, *rest = row[_ATTEMPT:]
    fingerprint, result_id, slots, shares, attempts, earned, active_on, *activities, frozen = rest
    if not slots or any(slot[_QUESTION] not in markings for slot in slots):
        slots = ()  # without all of its keys it is not graded at all
    return Sheet(
        attempt=attempt,
        revisions=Revisions(learner=learner, answers=answers),
        slots=[_slot(markings[question_id], *given) for question_id, *given in slots],
        quiz_slug=slug,
        quiz_title=title,
        exam_type_id=exam_type_id,
        zone=UserZone(time_zone=zone, day_start_hour=day_start),
        on_roadmap=on_roadmap,
        receipt=None if fingerprint is None else Receipt(fingerprint=fingerprint, result_id=result_id),
        practice=Practice(
            credits=_best(shares or ()),
            attempts=attempts,
            xp={date.fromisoformat(day): amount for day, amount, _ in earned or ()},
            lately=sum(lately for _, _, lately in earned or ()),
        ),
        history=None
        if active_on is not None
        else _history(zip(*(column or () for column in activities), strict=True), frozen),
        active_on=active_on,
    )


def _slot(marking: Marking, number: int, answer: dict[str, Any] | None, fast: bool) -> AnsweredSlot:
    return AnsweredSlot(number=number, question=marking, key=marking, answer=answer_of(answer), fast=fast)


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
