"""Drawing from pools: no question twice, and no pool short where another choice would fill all."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from domain.content.drawing.pools import QuestionPool, drawn
from domain.ids import QuestionId

_questions = st.lists(st.sampled_from([QuestionId(f"q{n}") for n in range(6)]), unique=True)


def pool(count: int) -> QuestionPool:
    return QuestionPool(domain_id=None, difficulty=None, count=count)


def most(counts: list[int], found: list[list[QuestionId]]) -> int:
    """Return how many seats can be filled at most, by trying every order of the questions."""
    seats = [place for place, count in enumerate(counts) for _ in range(count)]
    best = 0
    for order in permutations(sorted({question for each in found for question in each})):
        left = list(seats)
        for question in order:
            seat = next((seat for seat in left if question in found[seat]), None)
            if seat is not None:
                left.remove(seat)
        best = max(best, len(seats) - len(left))
    return best


@given(st.lists(st.tuples(st.integers(0, 3), _questions), max_size=3))
def test_as_many_are_drawn_as_any_choice_could_draw_and_none_twice(
    given_pools: list[tuple[int, list[QuestionId]]],
) -> None:
    counts = [count for count, _ in given_pools]
    found = [offered for _, offered in given_pools]

    kept = drawn([pool(count) for count in counts], found)

    every = [question for each in kept for question in each]
    assert len(every) == len(set(every)) == most(counts, found)
    for count, offered, each in zip(counts, found, kept, strict=True):
        assert len(each) <= count
        assert set(each) <= set(offered)


def test_a_pool_takes_what_was_found_first() -> None:
    offered = [QuestionId("b"), QuestionId("a"), QuestionId("c")]

    assert drawn([pool(2)], [offered]) == [offered[:2]]


def test_a_wide_pool_gives_way_to_a_narrow_one() -> None:
    wide, narrow = [QuestionId("a"), QuestionId("b")], [QuestionId("a")]

    assert drawn([pool(1), pool(1)], [wide, narrow]) == [[QuestionId("b")], [QuestionId("a")]]
