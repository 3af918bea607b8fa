"""What an attempt earns: every number of the rules, and the sentence that explains it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import quiz_awards
from domain.assessment.attempt_grading import Grading
from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import Repeats
from domain.content.questions import Difficulty
from domain.gamification.xp import Award, QuizXp, XpReason, XpStatus
from tests.builders.attempts import NINE, NO_REPEATS, NOTHING_EARNED, a_graded_slot, a_grading, an_attempt

TODAY = date(2026, 3, 2)


def finished(**values: object) -> QuizAttempt:
    return an_attempt(**({"finished_at": NINE + timedelta(minutes=5)} | values))


def awards(
    grading: Grading,
    repeats: Repeats = NO_REPEATS,
    earned: QuizXp = NOTHING_EARNED,
    attempt: QuizAttempt | None = None,
) -> dict[XpReason, Award]:
    found = quiz_awards.awards_of(
        attempt or finished(), grading, repeats=repeats, earned=earned, local_date=TODAY
    )
    return {award.reason: award for award in found}


def amounts(found: dict[XpReason, Award]) -> dict[str, int]:
    return {reason.value: award.amount for reason, award in found.items()}


@pytest.mark.parametrize(
    ("difficulty", "xp"), [(Difficulty.EASY, 10), (Difficulty.MEDIUM, 12), (Difficulty.HARD, 15)]
)
def test_a_right_answer_earns_by_difficulty(difficulty: Difficulty, xp: int) -> None:
    assert quiz_awards.xp_of_answer(difficulty, Fraction(1)) == xp


@pytest.mark.parametrize(
    ("difficulty", "credit", "xp"),
    [
        (Difficulty.EASY, "1/3", 3),
        (Difficulty.MEDIUM, "1/2", 6),
        (Difficulty.HARD, "1/2", 7),
        (Difficulty.HARD, "99/100", 14),
        (Difficulty.EASY, "0", 0),
    ],
)
def test_partial_credit_scales_and_is_rounded_down(difficulty: Difficulty, credit: str, xp: int) -> None:
    assert quiz_awards.xp_of_answer(difficulty, Fraction(credit)) == xp


@given(st.sampled_from(Difficulty), st.fractions(0, 1), st.fractions(0, 1))
def test_an_answer_earns_the_floor_of_the_exact_product(
    difficulty: Difficulty, credit: Fraction, earlier: Fraction
) -> None:
    full = Fraction(10) * {"EASY": 100, "MEDIUM": 125, "HARD": 150}[difficulty.value] / 100

    earned = quiz_awards.xp_of_answer(difficulty, credit, earlier=earlier)

    assert earned == int(full * max(credit - earlier, Fraction(0)))


def test_each_answer_is_rounded_for_itself() -> None:
    found = awards(a_grading(1, 1, 0, 0, difficulty=Difficulty.MEDIUM))

    assert amounts(found) == {"QUIZ": 24}


def test_completion_needs_seventy_percent_exactly() -> None:
    below, at = a_grading("69/100"), a_grading("7/10")

    assert "QUIZ_COMPLETION" not in amounts(awards(below))
    assert amounts(awards(at)) == {"QUIZ": 7, "QUIZ_COMPLETION": 20}


def test_a_score_that_is_only_shown_as_seventy_does_not_complete() -> None:
    grading = a_grading("6996/10000")

    assert str(grading.percent) == "70.0"
    assert "QUIZ_COMPLETION" not in amounts(awards(grading))


def test_perfection_needs_five_questions() -> None:
    assert amounts(awards(a_grading(1, 1, 1, 1))) == {"QUIZ": 40, "QUIZ_COMPLETION": 20}
    assert amounts(awards(a_grading(1, 1, 1, 1, 1))) == {
        "QUIZ": 50,
        "QUIZ_COMPLETION": 20,
        "QUIZ_PERFECT": 50,
    }


def test_a_question_right_within_a_day_before_earns_nothing_again() -> None:
    old, new = a_graded_slot(1), a_graded_slot(1)
    repeats = Repeats(credits={old.question.id: Fraction(1)}, earlier_today=0)

    found = awards(Grading(slots=[old, new]), repeats)

    assert found[XpReason.QUIZ].amount == 10
    assert "1 of them earned credit within 24 hours already" in found[XpReason.QUIZ].explanation


def test_better_credit_than_within_the_day_before_earns_the_difference() -> None:
    slot = a_graded_slot(1)
    repeats = Repeats(credits={slot.question.id: Fraction(1, 2)}, earlier_today=0)

    assert awards(Grading(slots=[slot]), repeats)[XpReason.QUIZ].amount == 5


def test_worse_credit_than_within_the_day_before_takes_nothing_away() -> None:
    slot = a_graded_slot("1/2")
    repeats = Repeats(credits={slot.question.id: Fraction(1)}, earlier_today=0)

    assert awards(Grading(slots=[slot]), repeats)[XpReason.QUIZ].amount == 0


@pytest.mark.parametrize(("earlier", "share"), [(0, 100), (1, 50), (2, 25), (3, 0), (10, 0)])
def test_the_same_quiz_again_on_one_day_earns_less(earlier: int, share: int) -> None:
    repeats = Repeats(credits={}, earlier_today=earlier)

    found = awards(a_grading(1, 1, 1, 1, 1), repeats)

    assert amounts(found) == {
        "QUIZ": 50 * share // 100,
        "QUIZ_COMPLETION": 20 * share // 100,
        "QUIZ_PERFECT": 50 * share // 100,
    }


def test_the_daily_cap_cuts_and_says_so() -> None:
    found = awards(a_grading(1, 1, 1, 1, 1), earned=QuizXp(today=960, lately=0))

    assert amounts(found) == {"QUIZ": 40, "QUIZ_COMPLETION": 0, "QUIZ_PERFECT": 0}
    assert all("CAPPED" in award.explanation for award in found.values())
    assert "leaves 40 of 50 XP" in found[XpReason.QUIZ].explanation


def test_what_is_under_the_cap_is_not_called_capped() -> None:
    found = awards(a_grading(1, 1, 1, 1, 1), earned=QuizXp(today=880, lately=0))

    assert sum(award.amount for award in found.values()) == 120
    assert not any("CAPPED" in award.explanation for award in found.values())


def test_more_than_the_cap_earned_before_leaves_nothing_and_takes_nothing() -> None:
    found = awards(a_grading(1), earned=QuizXp(today=1_200, lately=0))

    assert found[XpReason.QUIZ].amount == 0


@pytest.mark.parametrize(("fast", "status"), [(3, XpStatus.SETTLED), (4, XpStatus.PENDING)])
def test_more_than_thirty_percent_of_fast_answers_leave_all_pending(fast: int, status: XpStatus) -> None:
    slots = [a_graded_slot(1, fast=n < fast) for n in range(10)]

    found = awards(Grading(slots=slots))

    assert {award.status for award in found.values()} == {status}
    if status is XpStatus.PENDING:
        assert "4 of 10 answers came faster" in found[XpReason.QUIZ].explanation


def test_unanswered_slots_do_not_dilute_fast_answers() -> None:
    slots = [a_graded_slot(1, fast=True), *(a_graded_slot(0, answered=False) for _ in range(9))]

    assert awards(Grading(slots=slots))[XpReason.QUIZ].status is XpStatus.PENDING


@pytest.mark.parametrize(("lately", "status"), [(590, XpStatus.SETTLED), (591, XpStatus.PENDING)])
def test_more_than_six_hundred_xp_in_ten_minutes_are_pending(lately: int, status: XpStatus) -> None:
    found = awards(a_grading(1, 0, 0), earned=QuizXp(today=lately, lately=lately))

    assert found[XpReason.QUIZ].amount == 10
    assert found[XpReason.QUIZ].status is status


def test_a_burst_in_one_attempt_is_pending_and_a_long_exam_is_not() -> None:
    grading = a_grading(*[1] * 60)
    long = finished(finished_at=NINE + timedelta(minutes=60))

    assert awards(grading)[XpReason.QUIZ].status is XpStatus.PENDING
    assert awards(grading, attempt=long)[XpReason.QUIZ].status is XpStatus.SETTLED


def test_without_an_answer_there_is_no_award() -> None:
    assert awards(Grading(slots=[a_graded_slot(0, answered=False)])) == {}


def test_wrong_answers_leave_an_entry_that_explains_itself() -> None:
    found = awards(a_grading(0, 0))

    assert amounts(found) == {"QUIZ": 0}
    assert "0 of 2 questions right" in found[XpReason.QUIZ].explanation


def test_the_awards_are_of_the_attempt_its_end_and_its_day() -> None:
    attempt = finished()

    award = awards(a_grading(1), attempt=attempt)[XpReason.QUIZ]

    assert (award.source_type, award.source_id) == ("attempt", attempt.id)
    assert (award.occurred_at, award.local_date) == (attempt.finished_at, TODAY)


@pytest.mark.parametrize(
    ("milliseconds", "p5", "fast"),
    [
        (999, None, True),
        (1_000, None, False),
        (2_999, 10, True),
        (3_000, 10, False),
        (999, 2, True),
        (1_000, 2, False),
    ],
)
def test_an_answer_is_fast_below_a_second_or_three_tenths_of_p5(
    milliseconds: int, p5: int | None, fast: bool
) -> None:
    elapsed = timedelta(milliseconds=milliseconds)

    assert quiz_awards.is_fast(elapsed, p5=None if p5 is None else timedelta(seconds=p5)) is fast


@pytest.mark.slow
@given(
    credits=st.lists(st.fractions(0, 1), min_size=1, max_size=60),
    today=st.integers(0, 1_500),
    earlier=st.integers(0, 5),
    difficulty=st.sampled_from(Difficulty),
)
def test_no_attempt_earns_less_than_nothing_or_more_than_the_cap_leaves(
    credits: list[Fraction], today: int, earlier: int, difficulty: Difficulty
) -> None:
    repeats = Repeats(credits={}, earlier_today=earlier)

    found = awards(a_grading(*credits, difficulty=difficulty), repeats, QuizXp(today=today, lately=0))

    assert all(award.amount >= 0 for award in found.values())
    assert sum(award.amount for award in found.values()) <= max(1_000 - today, 0)
    assert len({award.status for award in found.values()}) == 1


@given(
    st.lists(st.sampled_from(["0", "1/2", "1"]), min_size=1, max_size=8),
    st.integers(0, 4),
    st.integers(0, 2_000),
    st.booleans(),
)
def test_an_attempt_that_asks_unreviewed_questions_earns_nothing_whatever_else_holds(
    credits: list[str], earlier_today: int, earned_today: int, is_own: bool
) -> None:
    repeats = Repeats(credits={}, earlier_today=earlier_today)
    grading = a_grading(*credits)

    found = quiz_awards.awards_of(
        finished(asks_unreviewed=True),
        grading,
        repeats=repeats,
        earned=QuizXp(today=earned_today, lately=0),
        local_date=TODAY,
        is_own=is_own,
    )

    assert [(award.amount, award.status) for award in found] == [(0, XpStatus.SETTLED)]
