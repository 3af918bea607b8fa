"""XP awards of graded attempts, each with a sentence that explains it: pure functions of the rules."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from domain.assessment.attempt_grading import GradedSlot, Grading, reaches
from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import Repeats
from domain.content.credit import NOTHING
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.gamification.xp import Award, QuizXp, XpReason, XpStatus
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.ids import QuestionId

_ORDINALS = ("first", "second", "third", "fourth")


@entity
class Earning:
    """An amount of XP with the sentence that explains it."""

    reason: XpReason
    amount: int
    explanation: str


def awards_of(
    attempt: QuizAttempt,
    grading: Grading,
    *,
    repeats: Repeats,
    earned: QuizXp,
    local_date: date,
    is_own: bool = False,
    rules: RuleSet = CURRENT,
) -> list[Award]:
    """Return the awards of a finished attempt: one for its answers, one for completion, one for perfection.

    Without an answer there is none; an own quiz earns 0, as does one with generated questions that were unreviewed at
    the start. Amounts are reduced for repeats first and by the daily cap
    then. All of them are pending where the attempt looks suspicious: answers too fast, or too much XP at once.
    """
    if attempt.finished_at is None or not grading.answered:
        return []
    unpaid = _OF_OWN_QUIZ if is_own else _UNREVIEWED if attempt.asks_unreviewed else None
    found = _earnings(grading, repeats, rules) if unpaid is None else [unpaid]
    left = max(rules.quiz_cap_per_day - earned.today, 0)
    capped = []
    for earning in found:
        capped.append(_capped(earning, left, rules))
        left -= capped[-1].amount
    duration = attempt.finished_at - attempt.started_at
    doubt = "" if unpaid is not None else _doubt(grading, capped, earned.lately, duration, rules)
    return [
        Award(
            user_id=attempt.user_id,
            reason=earning.reason,
            source_type="attempt",
            source_id=attempt.id,
            amount=earning.amount,
            occurred_at=attempt.finished_at,
            local_date=local_date,
            explanation=earning.explanation + (doubt and f"{doubt} {_next_step(rules)}"),
            status=XpStatus.PENDING if doubt else XpStatus.SETTLED,
        )
        for earning in capped
    ]


_OF_OWN_QUIZ = Earning(
    reason=XpReason.QUIZ, amount=0, explanation="You wrote this quiz; own content earns nothing: 0 XP."
)

_UNREVIEWED = Earning(
    reason=XpReason.QUIZ,
    amount=0,
    explanation="This attempt asks generated questions that no human had reviewed when it started: 0 XP.",
)


def _earnings(grading: Grading, repeats: Repeats, rules: RuleSet) -> list[Earning]:
    found = [_of_answers(grading, repeats.credits, rules), *_bonuses(grading, rules)]
    return [_repeated(earning, repeats.earlier_today, rules) for earning in found]


def xp_of_answer(
    difficulty: Difficulty, credit: Fraction, *, earlier: Fraction = NOTHING, rules: RuleSet = CURRENT
) -> int:
    """Return what one answer earns: 10 x difficulty x the credit beyond what was earned in the last 24 hours.

    Only credit above the best of the last 24 hours counts, so no part of a question is paid twice.
    """
    beyond = credit - earlier if earlier else credit
    percent = rules.per_correct_answer * rules.percent_by_difficulty[difficulty.value]
    return max(percent * beyond.numerator // (100 * beyond.denominator), 0)


def percent_of_repeat(earlier_today: int, *, rules: RuleSet = CURRENT) -> int:
    """Return what percentage an attempt earns after so many at the same quiz on the same local date."""
    return rules.percent_of_repeats[earlier_today] if earlier_today < len(rules.percent_of_repeats) else 0


def is_fast(elapsed: timedelta, *, p5: timedelta | None = None, rules: RuleSet = CURRENT) -> bool:
    """Tell whether an answer came faster than max(1 s, 0.3 x the question's 5th percentile), where it is known."""
    parts = Fraction(0) if p5 is None else rules.fast_part_of_p5 * (p5 // timedelta(microseconds=1))
    return elapsed < rules.fastest_answer or elapsed // timedelta(microseconds=1) < parts


def _of_answers(grading: Grading, credits: Mapping[QuestionId, Fraction], rules: RuleSet) -> Earning:
    earned = [slot for slot in grading.slots if slot.credit]
    amount = sum([_xp_of_slot(slot, credits, rules) for slot in earned])
    rested = sum([bool(credits.get(slot.question.id)) for slot in earned])
    partial = sum([slot.credit.denominator > 1 for slot in earned])
    explanation = f"{grading.correct} of {len(grading.slots)} questions right"
    if partial:
        explanation += f" and {partial} partly right"
    explanation += f": {rules.per_correct_answer} XP x difficulty ({rules.difficulty_factors}) x credit, "
    explanation += f"rounded down for each, make {amount} XP."
    if rested:
        explanation += f" {rested} of them earned credit within 24 hours already, which is not paid again."
    return Earning(reason=XpReason.QUIZ, amount=amount, explanation=explanation)


def _xp_of_slot(slot: GradedSlot, credits: Mapping[QuestionId, Fraction], rules: RuleSet) -> int:
    earlier = credits.get(slot.question.id, NOTHING)
    return xp_of_answer(slot.question.difficulty, slot.credit, earlier=earlier, rules=rules)


def _bonuses(grading: Grading, rules: RuleSet) -> list[Earning]:
    found, score = [], grading.score
    if reaches(score, rules.completion_percent):
        explanation = f"A score of {grading.percent} %, at least {rules.completion_percent} %: "
        explanation += f"{rules.quiz_completion} XP."
        found.append(
            Earning(reason=XpReason.QUIZ_COMPLETION, amount=rules.quiz_completion, explanation=explanation)
        )
    if score == 1 and len(grading.slots) >= rules.perfect_questions:
        explanation = f"All {len(grading.slots)} questions right, of at least {rules.perfect_questions}: "
        explanation += f"{rules.quiz_perfect} XP."
        found.append(
            Earning(reason=XpReason.QUIZ_PERFECT, amount=rules.quiz_perfect, explanation=explanation)
        )
    return found


def _repeated(earning: Earning, earlier_today: int, rules: RuleSet) -> Earning:
    if earlier_today == 0:
        return earning
    share = percent_of_repeat(earlier_today, rules=rules)
    amount = earning.amount * share // 100
    which = _ORDINALS[earlier_today] if earlier_today < len(_ORDINALS) else f"{earlier_today + 1}th"
    explanation = f"{earning.explanation} The {which} attempt at this quiz today earns {share} % of "
    explanation += f"{earning.amount} XP: {amount} XP."
    return Earning(reason=earning.reason, amount=amount, explanation=explanation)


def _capped(earning: Earning, left: int, rules: RuleSet) -> Earning:
    if earning.amount <= left:
        return earning
    explanation = (
        f"{earning.explanation} CAPPED: quizzes earn at most {rules.quiz_cap_per_day} XP a day, which "
    )
    explanation += f"leaves {left} of {earning.amount} XP."
    return Earning(reason=earning.reason, amount=left, explanation=explanation)


def _next_step(rules: RuleSet) -> str:
    """Write what happens to withheld XP."""
    hours = rules.settled_after // timedelta(hours=1)
    return f"It counts after {hours} hours without a further finding, or once a moderator has looked at it."


def _doubt(
    grading: Grading, earnings: list[Earning], lately: int, duration: timedelta, rules: RuleSet
) -> str:
    """Return the sentence that says why the awards are pending, or nothing.

    The XP of an attempt of more than ten minutes counts as earned evenly, so that only the last ten minutes of a long
    exam count as a burst.
    """
    if 100 * grading.fast > rules.fast_answers_percent * grading.answered:
        return (
            f" PENDING: {grading.fast} of {grading.answered} answers came faster than they can be read, more than "
            f"{rules.fast_answers_percent} %."
        )
    own = sum(earning.amount for earning in earnings)
    if duration > rules.burst_window:
        own = int(
            own * Fraction(rules.burst_window // timedelta.resolution, duration // timedelta.resolution)
        )
    if own and lately + own > rules.burst_xp:
        return f" PENDING: {lately + own} XP from quizzes in 10 minutes, more than {rules.burst_xp}."
    return ""
