"""Handing attempts in, in Postgres: one statement reads, one writes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

from domain.attempt_sheets import AnsweredSlot, Marking, Practice
from domain.idempotency import REMEMBERED, Claim, Receipt
from domain.ids import AttemptId, QuestionId, UserId
from domain.questions import AcceptedNumber, AcceptedText, Difficulty, QuestionKind
from domain.runs import Day
from domain.streaks import Activity, History, UserZone
from domain.submissions import Result, Revisions, Sheet
from persistence import analytics, xp
from persistence import submission_statements as sql
from persistence.attempt_tables import answer_of, attempt_columns, attempt_of, values_of
from persistence.engine import Connection
from persistence.rows import member_of

_ATTEMPT = len(attempt_columns)
_kind, _difficulty = member_of(QuestionKind), member_of(Difficulty)


class SqlSubmissions:
    """Attempts in `quiz_attempts`, and every table that a result reaches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def hold(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Lock the learner's row and the attempt's."""
        await self._connection.run(sql.HOLD, attempt_id=attempt_id, user_id=user_id)

    async def sheet(
        self,
        attempt_id: AttemptId,
        *,
        user_id: UserId,
        claim: Claim | None,
        now: datetime,
        credits_within: timedelta,
        xp_within: timedelta,
    ) -> Sheet | None:
        """Return what the attempt is graded by; raises LookupError where a question has lost its key."""
        found = await self._connection.rows(
            sql.SHEET,
            attempt_id=attempt_id,
            user_id=user_id,
            operation=claim and claim.operation,
            key=claim and claim.key,
            now=now,
            forgotten=now - REMEMBERED,
            credits_within=credits_within,
            xp_within=xp_within,
        )
        return _sheet(*found[0]) if found else None

    async def finish(self, result: Result, *, read: Revisions) -> bool:
        """Store all of the result, or nothing where the row that everything hangs on is not there as it was read."""
        attempt, shares, claim = result.attempt, result.credits.values(), result.claim
        values = values_of(attempt)
        ready = await self._connection.value(
            sql.FINISH,
            user_id=attempt.user_id,
            attempt_id=attempt.id,
            learner=read.learner,
            answers=read.answers,
            **{name: values[name] for name in ("state", "finished_at", "score", "passed")},
            numbers=list(result.credits),
            parts=[credit.numerator for credit in shares],
            wholes=[credit.denominator for credit in shares],
            operation=claim and claim.operation,
            key=claim and claim.key,
            fingerprint=claim and claim.receipt.fingerprint,
            now=result.claimed_at,
            **_activity(result.activity),
            freezes=sorted(result.freezes),
            **xp.arguments(result.entries),
            **analytics.arguments(result.facts),
        )
        if ready is None:
            return False
        counting = self._connection.counting()
        counting.attempts += 1
        counting.award(result.entries)
        return True


def _activity(activity: Activity | None) -> dict[str, str | None]:
    """Return what an activity says beyond its attempt; without one there is no summary."""
    if activity is None:
        return dict.fromkeys(("kind", "source_type", "summary", "time_zone"))
    return {
        "kind": activity.kind.value,
        "source_type": activity.source_type,
        "summary": activity.summary,
        "time_zone": activity.time_zone,
    }


def _sheet(*row: Any) -> Sheet:
    attempt = attempt_of(*row[:_ATTEMPT])
    learner, answers, slug, title, exam_type_id, zone, day_start, on_roadmap, *rest = row[_ATTEMPT:]
    fingerprint, result_id, slots, shares, attempts, earned, active_on, *activities, frozen = rest
    if not slots or any(mark[-1] is None for mark in slots):
        raise LookupError(f"attempt {attempt.id} has lost its questions or their keys")
    return Sheet(
        attempt=attempt,
        revisions=Revisions(learner=learner, answers=answers),
        slots=[_slot(*mark) for mark in slots],
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


def _slot(
    number: int, answer: dict[str, Any] | None, fast: bool, id_: str, domain_id: str, kind: str, *rest: Any
) -> AnsweredSlot:
    difficulty, all_or_nothing, correct_options, truth, texts, numbers = rest
    marking = Marking(
        id=id_,  # type: ignore[arg-type]
        domain_id=domain_id,  # type: ignore[arg-type]
        kind=_kind(kind),
        difficulty=_difficulty(difficulty),
        all_or_nothing=all_or_nothing,
        correct_options=frozenset(correct_options),
        truth=truth,
        texts=[AcceptedText(text=t["text"], weight=t["weight"]) for t in texts],
        numbers=[
            AcceptedNumber(low=Decimal(n["low"]), high=Decimal(n["high"]), weight=n["weight"])
            for n in numbers
        ],
    )
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
        (_, first_at, first_zone), *more = group
        _, last_at, last_zone = more[-1] if more else (local_date, first_at, first_zone)
        days.append(
            Day(
                local_date=local_date,
                first_at=first_at,
                last_at=last_at,
                first_zone=first_zone,
                last_zone=last_zone,
                activities=1 + len(more),
            )
        )
    return History(days=days, frozen=frozenset(frozen))
