"""How an attempt ends: submitted or expired, then graded and rewarded, all in one transaction."""

from dataclasses import replace
from datetime import date, datetime

from domain import analytics, attempt_grading, days, enrolments, idempotency, quiz_awards, streaks, xp
from domain.analytics import AttemptFacts
from domain.attempt_grading import Grading
from domain.attempt_refusals import AttemptAlreadySubmittedError
from domain.attempt_sheets import Sheet
from domain.attempts import GRACE, AttemptState, QuizAttempt
from domain.errors import NotFoundError
from domain.idempotency import Claim
from domain.ids import AttemptId, Mint, UserId
from domain.streaks import Activity, ActivityKind
from domain.work import Work
from domain.xp import Award
from domain.xp_rules import CURRENT


async def submit(
    work: Work,
    *,
    user_id: UserId,
    attempt_id: AttemptId,
    idempotency_key: str,
    mint: Mint,
    now: datetime,
) -> QuizAttempt:
    """Finish an attempt, grade it and award what it earned; the same key again returns the same attempt.

    After the deadline and its grace the attempt ends as expired, with the answers saved. Of any number of
    concurrent submits one grades it. Raises NotFoundError, AttemptAlreadySubmittedError that carries the attempt,
    or IdempotencyKeyReusedError.
    """
    claim = idempotency.claim_of(
        operation="submitQuizAttempt",
        key=idempotency_key,
        given={"attempt_id": attempt_id},
        result_id=attempt_id,
    )
    finished = await _finish(work, attempt_id, user_id=user_id, claim=claim, mint=mint, now=now)
    if finished is not None:
        return finished
    earlier = await idempotency.first_use_of(work.receipts, claim, user_id=user_id, now=now)
    attempt = await own_attempt(work, user_id=user_id, attempt_id=attempt_id)
    if earlier is None:
        raise AttemptAlreadySubmittedError(attempt)
    return attempt


async def expire(work: Work, attempt: QuizAttempt, *, mint: Mint, now: datetime) -> QuizAttempt:
    """Grade an overdue attempt with the answers saved; return it as it is where another call was first."""
    finished = await _finish(work, attempt.id, user_id=attempt.user_id, mint=mint, now=now)
    return finished or await own_attempt(work, user_id=attempt.user_id, attempt_id=attempt.id)


async def expire_overdue(
    work: Work, *, mint: Mint, now: datetime, limit: int, user_id: UserId | None = None
) -> int:
    """Expire at most `limit` overdue attempts, of one user or of all; return how many there were."""
    found = await work.attempts.overdue(before=now - GRACE, limit=limit, user_id=user_id)
    for attempt in found:
        await expire(work, attempt, mint=mint, now=now)
    return len(found)


async def own_attempt(work: Work, *, user_id: UserId, attempt_id: AttemptId) -> QuizAttempt:
    """Return the user's attempt; raises NotFoundError, for another one's too."""
    (attempt,) = await work.attempts.by_ids([attempt_id], user_id=user_id)
    if attempt is None:
        raise NotFoundError("There is no such attempt.", field="attemptId")
    return attempt


async def _finish(
    work: Work,
    attempt_id: AttemptId,
    *,
    user_id: UserId,
    mint: Mint,
    now: datetime,
    claim: Claim | None = None,
) -> QuizAttempt | None:
    """Close, grade and reward an attempt; None where it is closed already, whoever did that, or not the user's."""
    closed = await work.attempts.hand_in(attempt_id, user_id=user_id, now=now, grace=GRACE, claim=claim)
    return None if closed is None else await _grade(work, closed, mint=mint)


async def _grade(work: Work, attempt: QuizAttempt, *, mint: Mint) -> QuizAttempt:
    """Grade an attempt that this transaction closed, and hand out everything that follows from its result."""
    if attempt.finished_at is None:
        raise LookupError(f"attempt {attempt.id} has lost its end")
    sheet = await work.attempts.sheet(attempt.id)
    local_date = days.local_date(
        attempt.finished_at, time_zone=sheet.zone.time_zone, day_start_hour=sheet.zone.day_start_hour
    )
    grading = attempt_grading.graded(sheet.slots)
    finished = replace(
        attempt,
        state=AttemptState.EXPIRED if attempt.state is AttemptState.EXPIRED else AttemptState.GRADED,
        local_date=local_date,
        score=float(grading.percent),
        passed=attempt_grading.reaches(grading.score, attempt.pass_mark),
    )
    awards = await _quiz_awards(work, finished, grading, local_date)
    awards += await _consequences(work, finished, grading, sheet)
    await work.attempts.finish(finished, credits={slot.number: slot.credit for slot in grading.slots})
    await xp.award(work.xp, awards, mint=mint, emit=work.emit)
    return finished


async def _quiz_awards(work: Work, attempt: QuizAttempt, grading: Grading, local_date: date) -> list[Award]:
    if attempt.finished_at is None or not grading.answered:
        return []
    before = await work.attempts.record(
        attempt,
        question_ids=[slot.question.id for slot in grading.slots],
        local_date=local_date,
        credits_since=attempt.finished_at - CURRENT.same_question_rests,
        xp_since=attempt.finished_at - CURRENT.burst_window,
    )
    return quiz_awards.awards_of(
        attempt, grading, history=before.history, earned=before.earned, local_date=local_date
    )


async def _consequences(work: Work, attempt: QuizAttempt, grading: Grading, sheet: Sheet) -> list[Award]:
    """Tell the streak, the roadmaps and the analytics; return the awards that follow there."""
    finished_at, local_date = attempt.finished_at, attempt.local_date
    if finished_at is None or local_date is None:
        return []
    awards: list[Award] = []
    if attempt.passed and sheet.on_roadmap:
        awards += await enrolments.nodes_passed(
            work.enrolments,
            user_id=attempt.user_id,
            quiz_slug=sheet.quiz_slug,
            now=finished_at,
            local_date=local_date,
        )
    if grading.answered:
        activity = Activity(
            user_id=attempt.user_id,
            kind=ActivityKind.QUIZ_ATTEMPT,
            source_type="attempt",
            source_id=attempt.id,
            summary=f"Took the quiz {sheet.quiz_title}: {grading.percent} %",
            occurred_at=finished_at,
            local_date=local_date,
            time_zone=sheet.zone.time_zone,
        )
        awards += await streaks.record(work.streaks, activity, held=True)
    await analytics.record(work.analytics, _facts(attempt, grading, sheet, finished_at, local_date))
    return awards


def _facts(
    attempt: QuizAttempt, grading: Grading, sheet: Sheet, finished_at: datetime, local_date: date
) -> AttemptFacts:
    return AttemptFacts(
        user_id=attempt.user_id,
        attempt_id=attempt.id,
        quiz_id=attempt.quiz_id,
        exam_type_id=sheet.exam_type_id,
        local_date=local_date,
        finished_at=finished_at,
        score=grading.percent,
        passed=bool(attempt.passed),
        questions=len(grading.slots),
        correct=grading.correct,
        seconds=int((finished_at - attempt.started_at).total_seconds()),
        domains=attempt_grading.by_domain(grading.slots),
    )
