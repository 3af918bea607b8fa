"""What follows from an attempt's grading: its end, awards, the streak and the roll-ups; pure but for its roadmaps."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from domain import attempt_grading, days, enrolments, quiz_awards, streaks, xp
from domain.analytics import AttemptFacts
from domain.attempt_grading import Grading
from domain.attempts import GRACE, AttemptState, QuizAttempt
from domain.enrolments import Enrolments
from domain.idempotency import Claim
from domain.ids import Mint
from domain.streaks import Activity, ActivityKind, Change
from domain.submissions import Result, Sheet
from domain.xp import Award


def end_of(attempt: QuizAttempt, now: datetime) -> datetime:
    """Return when an attempt that is handed in now ends: at its deadline at the latest."""
    return now if attempt.deadline is None else min(attempt.deadline, now)


def finished(sheet: Sheet, grading: Grading, *, now: datetime) -> QuizAttempt:
    """Return the attempt as it ends: expired where its deadline and the grace are over, else graded."""
    attempt, zone = sheet.attempt, sheet.zone
    late = attempt.deadline is not None and now > attempt.deadline + GRACE
    end = end_of(attempt, now)
    return replace(
        attempt,
        state=AttemptState.EXPIRED if late else AttemptState.GRADED,
        finished_at=end,
        local_date=days.local_date(end, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour),
        score=float(grading.percent),
        passed=attempt_grading.reaches(grading.score, attempt.pass_mark),
    )


async def nodes_of(store: Enrolments, sheet: Sheet, attempt: QuizAttempt) -> list[Award]:
    """Complete the nodes of roadmaps that a passed quiz completes; return their awards."""
    if not (attempt.passed and sheet.on_roadmap):
        return []
    end, today = ended(attempt)
    return await enrolments.nodes_passed(
        store, user_id=attempt.user_id, quiz_slug=sheet.quiz_slug, now=end, local_date=today
    )


def result_of(
    sheet: Sheet,
    attempt: QuizAttempt,
    grading: Grading,
    *,
    nodes: Collection[Award],
    claim: Claim | None,
    mint: Mint,
    now: datetime,
) -> Result:
    """Return all that follows from a finished attempt; `nodes` are the awards of the nodes that it completed.

    Without an answer it earns nothing and keeps no streak.
    """
    activity = _activity(sheet, attempt, grading) if grading.answered else None
    change = Change(freezes=(), milestones=[])
    if activity is not None and sheet.history is not None:
        change = streaks.change_by(activity, sheet.history)
    awards = [*_quiz_awards(sheet, attempt, grading), *nodes, *change.milestones]
    return Result(
        attempt=attempt,
        read=sheet.revisions,
        credits={slot.number: slot.credit for slot in grading.slots},
        entries=xp.entries_of(awards, mint=mint),
        activity=activity,
        freezes=change.freezes,
        facts=_facts(sheet, attempt, grading),
        claim=claim,
        claimed_at=now,
    )


def ended(attempt: QuizAttempt) -> tuple[datetime, date]:
    """Return when, and on which local date, a finished attempt ended."""
    if attempt.finished_at is None or attempt.local_date is None:
        raise LookupError(f"attempt {attempt.id} has not ended")
    return attempt.finished_at, attempt.local_date


def _quiz_awards(sheet: Sheet, attempt: QuizAttempt, grading: Grading) -> list[Award]:
    _, today = ended(attempt)
    return quiz_awards.awards_of(
        attempt,
        grading,
        history=sheet.practice.history(today),
        earned=sheet.practice.earned(today),
        local_date=today,
    )


def _activity(sheet: Sheet, attempt: QuizAttempt, grading: Grading) -> Activity:
    end, today = ended(attempt)
    return Activity(
        user_id=attempt.user_id,
        kind=ActivityKind.QUIZ_ATTEMPT,
        source_type="attempt",
        source_id=attempt.id,
        summary=f"Took the quiz {sheet.quiz_title}: {grading.percent} %",
        occurred_at=end,
        local_date=today,
        time_zone=sheet.zone.time_zone,
    )


def _facts(sheet: Sheet, attempt: QuizAttempt, grading: Grading) -> AttemptFacts:
    end, today = ended(attempt)
    return AttemptFacts(
        user_id=attempt.user_id,
        attempt_id=attempt.id,
        quiz_id=attempt.quiz_id,
        exam_type_id=sheet.exam_type_id,
        local_date=today,
        finished_at=end,
        score=grading.percent,
        passed=bool(attempt.passed),
        questions=len(grading.slots),
        correct=grading.correct,
        seconds=int((end - attempt.started_at).total_seconds()),
        domains=attempt_grading.by_domain(grading.slots),
    )
