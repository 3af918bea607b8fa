"""Regrades: attempts that asked an earlier version of a question are graded again by its newest key.

Nothing ever goes down: a slot keeps the better of both credits, a pass stays a pass, and XP is added and never taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from domain import local_days
from domain.acts import Act
from domain.assessment import attempt_grading, quiz_awards
from domain.assessment.attempt_grading import GradedSlot, Grading
from domain.assessment.attempt_results import ended
from domain.content import grading
from domain.content.credit import ALL
from domain.entities import entity
from domain.gamification import xp, xp_sources
from domain.gamification.xp import Award, QuizXp, XpReason, XpStatus
from domain.gamification.xp_rules import CURRENT
from domain.ids import ExamDomainId, QuestionId
from domain.learning import quiz_nodes
from domain.mail import outbox, quality_messages
from domain.quality import key_changes
from domain.quality.key_changes import Version
from domain.quality.recipients import recipient_of
from domain.quality.regrade_store import DueAttempt, RegradeInput, RegradeResult, StoredSlot
from domain.quality.work import QualityWork


@entity
class RegradePlan:
    """The newest version of a question, and the earlier ones that grade otherwise."""

    newest: Version
    earlier: Mapping[QuestionId, Version]

    @property
    def question_id(self) -> QuestionId:
        """The id of the newest version."""
        return self.newest.question.id


async def plans(work: QualityWork, ids: Sequence[QuestionId]) -> list[RegradePlan | None]:
    """Return the plan of each question that is the newest of its versions; None without other versions."""
    earlier = await work.regrades.earlier_versions(ids)
    if not any(earlier):
        return [None] * len(ids)
    wanted = list(dict.fromkeys([*ids, *(each for some in earlier for each in some)]))
    found = zip(await work.questions.by_ids(wanted), await work.questions.keys_by_ids(wanted), strict=True)
    versions = {
        question.id: Version(question=question, key=key)
        for question, key in found
        if question is not None and key is not None
    }
    return [
        _plan(versions[id_], [versions[each] for each in some if each in versions])
        if some and id_ in versions
        else None
        for id_, some in zip(ids, earlier, strict=True)
    ]


async def offers(work: QualityWork, ids: Sequence[QuestionId]) -> list[int]:
    """Return how many closed attempts each question could be graded again for."""
    found = await plans(work, ids)
    pairs = [(plan.question_id, old) for plan in found if plan is not None for old in plan.earlier]
    counts = await work.regrades.due_counts(pairs) if pairs else {}
    return [counts.get(id_, 0) for id_ in ids]


async def regrade(
    work: QualityWork, act: Act, plan: RegradePlan, due: DueAttempt, *, public_url: str
) -> RegradeResult | None:
    """Grade one attempt again, with its XP, roll-ups and nodes, and tell its learner; None where it is not due.

    It happens once for an attempt and a version, whatever is run again.
    """
    await work.submissions.lock(due.attempt_id, user_id=due.user_id)
    found = await work.regrades.read(due, plan.question_id, list(plan.earlier))
    if found is None:
        return None
    before = Grading(slots=[_graded(slot) for slot in found.slots])
    after = Grading(slots=[_graded_again(slot, plan) for slot in found.slots])
    is_passed = bool(found.attempt.passed) or attempt_grading.reaches(after.score, found.attempt.pass_mark)
    correction = _correction(found, before, after, plan)
    awards = [] if correction is None else [correction]
    if is_passed and not found.attempt.passed and found.on_roadmap:
        awards += await _nodes(work, act, found)
    entries = await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)
    result = _result(
        found, before, after, plan, is_passed=is_passed, act=act, xp=sum(e.amount for e in entries)
    )
    was_told = await work.regrades.was_told(due.user_id, plan.question_id)
    await work.regrades.store(result)
    if result.is_raised and not was_told:
        to = await recipient_of(work, act, due.user_id, public_url=public_url)
        if to is not None:
            await outbox.post(work, act, quality_messages.graded_again(to, quiz=found.quiz_title))
    return result


def _plan(newest: Version, earlier: Sequence[Version]) -> RegradePlan | None:
    others = {each.question.id: each for each in earlier if not key_changes.grade_alike(each, newest)}
    return RegradePlan(newest=newest, earlier=others) if others else None


def _graded(slot: StoredSlot) -> GradedSlot:
    return GradedSlot(
        number=slot.number,
        question=slot.question,
        credit=slot.credit,
        answered=slot.answer is not None,
        fast=slot.fast,
    )


def _graded_again(slot: StoredSlot, plan: RegradePlan) -> GradedSlot:
    """Return the slot with the better of both credits."""
    graded, old, new = _graded(slot), plan.earlier.get(slot.question.id), plan.newest
    if old is None or slot.answer is None:
        return graded
    answer = key_changes.answer_to(new.question, old.question, slot.answer)
    return replace(graded, credit=max(slot.credit, grading.grade(new.question, new.key, answer)))


def _correction(found: RegradeInput, before: Grading, after: Grading, plan: RegradePlan) -> Award | None:
    """Return the XP that the new credits add on the date of the attempt, within the cap of that date.

    An attempt whose XP a moderator took back earns nothing more; where it is withheld, this is withheld too.
    """
    if XpStatus.REVERSED in found.statuses:
        return None
    more = _earned(found, after) - _earned(found, before)
    left = max(CURRENT.quiz_cap_per_day - found.quiz_xp, 0)
    amount = min(more, left)
    if amount <= 0:
        return None
    end, local_date = ended(found.attempt)
    explanation = f"The key of a question was corrected, and the attempt was graded again: {amount} XP more."
    if amount < more:
        explanation += f" CAPPED: quizzes earn at most {CURRENT.quiz_cap_per_day} XP a day."
    return Award(
        user_id=found.attempt.user_id,
        reason=XpReason.QUIZ,
        source_type=xp_sources.REGRADE,
        source_id=f"{found.attempt.id}/{plan.question_id}",  # it is paid once
        amount=amount,
        occurred_at=end,
        local_date=local_date,
        explanation=explanation,
        status=XpStatus.PENDING if XpStatus.PENDING in found.statuses else XpStatus.SETTLED,
    )


def _earned(found: RegradeInput, graded: Grading) -> int:
    """Return what a grading of the attempt is worth on a day without other quizzes."""
    _, local_date = ended(found.attempt)
    awards = quiz_awards.awards_of(
        found.attempt,
        graded,
        repeats=found.repeats,
        earned=QuizXp(today=0, lately=0),
        local_date=local_date,
        is_own=found.is_own,
    )
    return sum(award.amount for award in awards)


async def _nodes(work: QualityWork, act: Act, found: RegradeInput) -> list[Award]:
    """Complete the nodes that the pass completes, on the learner's day of today."""
    today = local_days.local_date(
        act.now, time_zone=found.zone.time_zone, day_start_hour=found.zone.day_start_hour
    )
    user_id = found.attempt.user_id
    return await quiz_nodes.nodes_passed(
        work.enrolments,
        user_id=user_id,
        quiz_slug=found.quiz_slug,
        is_own_quiz=found.is_own,
        is_unreviewed=found.attempt.asks_unreviewed,
        earned=await work.xp.earned_on(user_id, XpReason.NODE_COMPLETED, today),
        now=act.now,
        local_date=today,
    )


def _result(
    found: RegradeInput,
    before: Grading,
    after: Grading,
    plan: RegradePlan,
    *,
    is_passed: bool,
    act: Act,
    xp: int,
) -> RegradeResult:
    correct: dict[ExamDomainId, int] = {}
    for old, new in zip(before.slots, after.slots, strict=True):
        if new.answered and new.credit == ALL != old.credit:
            domain_id = new.question.domain_id
            correct[domain_id] = correct.get(domain_id, 0) + 1
    tenths, old_tenths = int(after.percent * 10), int(before.percent * 10)
    return RegradeResult(
        question_id=plan.question_id,
        attempt=replace(found.attempt, score=float(after.percent), passed=is_passed),
        exam_type_id=found.exam_type_id,
        credits={
            new.number: new.credit
            for old, new in zip(before.slots, after.slots, strict=True)
            if new.credit != old.credit
        },
        score_tenths=tenths - old_tenths,
        best_tenths=tenths,
        rest=(1000 * after.score - tenths) - (1000 * before.score - old_tenths),
        correct=correct,
        summary=f"Took the quiz {found.quiz_title}: {after.percent} %",
        xp=xp,
        regraded_at=act.now,
    )


AGAIN_AFTER = timedelta(days=1)
"""After how long attempts are looked at again that could not be graded, because an open attempt asks the question."""
