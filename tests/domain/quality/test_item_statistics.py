"""Item statistics: totals give what a computation over all responses gives, and suggest what to suspend."""

from datetime import timedelta
from statistics import StatisticsError, correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.question_kinds.table import QuestionKind
from domain.ids import QuestionId
from domain.quality.item_statistics import (
    FEWEST,
    ItemResponse,
    ItemTotals,
    discrimination_of,
    is_worse_than_chance,
    statistics_of,
)
from tests.builders.attempts import a_question

ID = QuestionId("question_1")
parts = st.integers(0, 10_000)
responses = st.builds(
    ItemResponse,
    question_id=st.just(ID),
    credit=parts,
    rest=st.none() | parts,
    choices=st.lists(st.sampled_from(["a", "b"]), unique=True),
    took=st.none() | st.integers(0, 60_000).map(lambda ms: timedelta(milliseconds=ms)),
)


def totals_of(given: list[ItemResponse]) -> ItemTotals:
    totals = ItemTotals(question_id=ID)
    for each in given:
        totals = totals.plus(each)
    return totals


def response(credit: int, rest: int | None) -> ItemResponse:
    return ItemResponse(question_id=ID, credit=credit, rest=rest, choices=[], took=None)


@given(st.lists(responses, max_size=60))
def test_totals_give_what_all_responses_give(given_: list[ItemResponse]) -> None:
    totals = totals_of(given_)

    pairs = [(each.credit, each.rest) for each in given_ if each.rest is not None]
    assert totals.responses == len(given_)
    assert totals.credit == sum(each.credit for each in given_)
    assert totals.choices.get("a", 0) == sum("a" in each.choices for each in given_)
    assert sum(totals.times.values()) == sum(each.took is not None for each in given_)
    try:
        expected = correlation(*zip(*pairs, strict=True)) if len(pairs) > 1 else None
    except StatisticsError:
        expected = None
    found = discrimination_of(totals)
    assert (found is None) == (expected is None)
    assert expected is None or found == pytest.approx(expected, abs=0.001)


@given(st.permutations(range(8)))
def test_all_but_the_difficulty_is_the_same_in_any_order(order: list[int]) -> None:
    given_ = [response(1_000 * n, 10_000 - 500 * n) for n in range(8)]

    one, other = totals_of(given_), totals_of([given_[n] for n in order])

    assert (one.responses, one.xy, one.xx, one.yy) == (other.responses, other.xy, other.xx, other.yy)


def test_a_question_that_is_missed_gets_more_difficult() -> None:
    missed, known = [totals_of([response(credit, 5_000)] * 40).elo for credit in (0, 10_000)]

    assert known < 1500 < missed


def test_statistics_are_shown_from_thirty_responses_on() -> None:
    shown = [statistics_of(totals_of([response(10_000, 0)] * count)) for count in (FEWEST - 1, FEWEST)]

    assert shown[0] is None
    assert shown[1] is not None
    assert (shown[1].facility, shown[1].discrimination, shown[1].median_time) == (100.0, None, None)


@pytest.mark.parametrize(
    ("kind", "given_", "is_worse"),
    [
        (QuestionKind.TRUE_FALSE, [(10_000, 0), (0, 10_000)], True),
        (QuestionKind.TRUE_FALSE, [(10_000, 10_000), (0, 0)], False),
        (QuestionKind.TRUE_FALSE, [(4_999, None)], True),
        (QuestionKind.SINGLE_CHOICE, [(2_500, None)], False),
        (QuestionKind.SINGLE_CHOICE, [(2_499, None)], True),
        (QuestionKind.SHORT_TEXT, [(0, None)], False),
    ],
)
def test_what_guesses_would_do_better_is_worse_than_chance(
    kind: QuestionKind, given_: list[tuple[int, int | None]], is_worse: bool
) -> None:
    question, _ = a_question(kind)
    totals = totals_of([response(*each) for each in given_ * FEWEST])

    assert is_worse_than_chance(question, totals) is is_worse
    assert not is_worse_than_chance(question, totals_of([response(*given_[0])]))
