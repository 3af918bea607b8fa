"""Results of attempts: end, awards, streak and roll-ups of a graded attempt. Pure, except for nodes of roadmaps."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from domain import local_days
from domain.analytics.learner_analytics import AttemptFacts
from domain.assessment import attempt_grading, quiz_awards
from domain.assessment.attempt_grading import Grading
from domain.assessment.attempts import GRACE, AttemptState, QuizAttempt
from domain.assessment.grading_inputs import GradingInput
from domain.assessment.submissions import Submission, SubmissionResult, WithheldResult
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind, StreakChange, UserZone
from domain.gamification.xp import Award
from domain.ids import Mint
from domain.learning import quiz_nodes
from domain.learning.enrolments import Enrolments


def end_of(attempt: QuizAttempt, now: datetime) -> datetime:
    """Return when an attempt ended, or would if it were submitted now: at its deadline at the latest."""
    if attempt.finished_at is not None:
        return attempt.finished_at
    return now if attempt.deadline is None else min(attempt.deadline, now)


def finished(grading_input: GradingInput, grading: Grading, *, now: datetime) -> QuizAttempt:
    """Return the attempt as it ends: expired after its deadline and the grace period, else graded."""
    attempt = grading_input.attempt
    late = attempt.late if _is_withheld(grading_input) else _is_late(attempt, now)
    return replace(
        attempt,
        state=AttemptState.EXPIRED if late else AttemptState.GRADED,
        finished_at=end_of(attempt, now),
        local_date=attempt.local_date or _local_date(attempt, grading_input.zone, now),
        score=float(grading.percent),
        passed=attempt_grading.reaches(grading.score, attempt.pass_mark),
    )


def submitted(attempt: QuizAttempt, zone: UserZone, *, now: datetime) -> QuizAttempt:
    """Return an attempt in progress as it ends, without a result."""
    return replace(
        attempt,
        state=AttemptState.SUBMITTED,
        finished_at=end_of(attempt, now),
        local_date=_local_date(attempt, zone, now),
        late=_is_late(attempt, now),
    )


def _is_late(attempt: QuizAttempt, now: datetime) -> bool:
    return attempt.deadline is not None and now > attempt.deadline + GRACE


def _local_date(attempt: QuizAttempt, zone: UserZone, now: datetime) -> date:
    end = end_of(attempt, now)
    return local_days.local_date(end, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)


async def nodes_of(store: Enrolments, grading_input: GradingInput, attempt: QuizAttempt) -> list[Award]:
    """Complete the nodes of roadmaps that a passed quiz completes; return their awards."""
    if not (attempt.passed and grading_input.on_roadmap):
        return []
    end, today = ended(attempt)
    return await quiz_nodes.nodes_passed(
        store,
        user_id=attempt.user_id,
        quiz_slug=grading_input.quiz_slug,
        is_own_quiz=grading_input.is_own,
        is_unreviewed=attempt.asks_unreviewed,
        earned=grading_input.recent.nodes.get(today, 0),
        now=end,
        local_date=today,
    )


def result_of(
    submission: Submission,
    grading_input: GradingInput,
    attempt: QuizAttempt,
    grading: Grading,
    *,
    nodes: Collection[Award],
    mint: Mint,
) -> SubmissionResult:
    """Return the result of a finished attempt; `nodes` are the awards of the nodes that it completed.

    Without an answer it earns nothing and does not count for the streak. A withheld one counted when it was submitted.
    """
    took = f"{_took(grading_input)}: {grading.percent} %"
    activity = _activity(grading_input, attempt, took) if grading.answered else None
    change = _change_by(None if _is_withheld(grading_input) else activity, grading_input)
    awards = [*_quiz_awards(grading_input, attempt, grading), *nodes, *change.milestones]
    return SubmissionResult(
        attempt=attempt,
        read=grading_input.revisions,
        credits={slot.number: slot.credit for slot in grading.slots},
        entries=xp.entries_of(awards, mint=mint),
        activity=activity,
        freezes=change.freezes,
        facts=_facts(grading_input, attempt, grading),
        claim=submission.claim,
        claimed_at=submission.now,
    )


def withheld_of(
    submission: Submission, grading_input: GradingInput, attempt: QuizAttempt, *, mint: Mint
) -> WithheldResult:
    """Return what is stored of a submitted attempt whose result is withheld: nothing that follows from grading it."""
    is_answered = any(slot.answer is not None for slot in grading_input.slots)
    activity = _activity(grading_input, attempt, _took(grading_input)) if is_answered else None
    change = _change_by(activity, grading_input)
    return WithheldResult(
        attempt=attempt,
        read=grading_input.revisions,
        entries=xp.entries_of(change.milestones, mint=mint),
        activity=activity,
        freezes=change.freezes,
        claim=submission.claim,
        claimed_at=submission.now,
    )


def ended(attempt: QuizAttempt) -> tuple[datetime, date]:
    """Return the moment and the local date at which a finished attempt ended."""
    if attempt.finished_at is None or attempt.local_date is None:
        raise LookupError(f"attempt {attempt.id} has not ended")
    return attempt.finished_at, attempt.local_date


def _quiz_awards(grading_input: GradingInput, attempt: QuizAttempt, grading: Grading) -> list[Award]:
    _, today = ended(attempt)
    return quiz_awards.awards_of(
        attempt,
        grading,
        repeats=grading_input.recent.repeats_on(today),
        earned=grading_input.recent.xp_on(today),
        local_date=today,
        is_own=grading_input.is_own,
    )


def _is_withheld(grading_input: GradingInput) -> bool:
    return grading_input.attempt.state is AttemptState.SUBMITTED


def _change_by(activity: Activity | None, grading_input: GradingInput) -> StreakChange:
    if activity is None or grading_input.history is None:
        return StreakChange(freezes=(), milestones=[])
    return streaks.change_by(activity, grading_input.history)


def _took(grading_input: GradingInput) -> str:
    return f"Took the quiz {grading_input.quiz_title}"


def _activity(grading_input: GradingInput, attempt: QuizAttempt, summary: str) -> Activity:
    end, today = ended(attempt)
    return Activity(
        user_id=attempt.user_id,
        kind=ActivityKind.QUIZ_ATTEMPT,
        source_type="attempt",
        source_id=attempt.id,
        summary=summary,
        occurred_at=end,
        local_date=today,
        time_zone=grading_input.zone.time_zone,
    )


def _facts(grading_input: GradingInput, attempt: QuizAttempt, grading: Grading) -> AttemptFacts:
    end, today = ended(attempt)
    return AttemptFacts(
        user_id=attempt.user_id,
        attempt_id=attempt.id,
        quiz_id=attempt.quiz_id,
        exam_type_id=grading_input.exam_type_id,
        local_date=today,
        finished_at=end,
        score=grading.score,
        passed=bool(attempt.passed),
        questions=len(grading.slots),
        correct=grading.correct,
        seconds=int((end - attempt.started_at).total_seconds()),
        domains=attempt_grading.by_domain(grading.slots),
    )
