"""Refusals: everything that is wrong with a request is raised at once, in the order of the checks."""

import pytest

from domain.errors import InvalidInputError, NotFoundError
from domain.refusals import RefusalsError, all_at_once


def invalid(field: str) -> InvalidInputError:
    return InvalidInputError(f"{field} is wrong.", field=field)


def test_checks_that_pass_raise_nothing() -> None:
    with all_at_once() as each, each:
        pass

    assert each.refusals == []


def test_a_single_refusal_is_raised_as_it_is() -> None:
    wrong = invalid("title")

    with pytest.raises(InvalidInputError) as raised, all_at_once() as each, each:
        raise wrong

    assert raised.value is wrong


def test_all_refusals_are_raised_together_in_their_order() -> None:
    with pytest.raises(RefusalsError) as raised, all_at_once() as each:
        with each:
            raise invalid("title")
        with each:
            pass
        with each:
            raise NotFoundError("There is none.", field="id")

    assert [refusal.field for refusal in raised.value.refusals] == ["title", "id"]
    assert raised.value.message == "title is wrong. There is none."
    assert raised.value.field == "title"


def test_a_refusal_outside_of_a_check_ends_the_block_and_joins_the_others() -> None:
    reached = []

    with pytest.raises(RefusalsError) as raised, all_at_once() as each:
        with each:
            raise invalid("title")
        if each.refusals:
            raise invalid("id")
        reached.append("the end")

    assert [refusal.field for refusal in raised.value.refusals] == ["title", "id"]
    assert reached == []


def test_a_refusal_that_comes_up_twice_is_told_once() -> None:
    wrong, other = invalid("id"), invalid("key")

    with pytest.raises(RefusalsError) as raised, all_at_once() as each:
        with each:
            raise wrong
        with each:
            raise RefusalsError([other, wrong])

    assert raised.value.refusals == [wrong, other]


def test_a_defect_is_no_refusal() -> None:
    with pytest.raises(KeyError), all_at_once() as each:
        with each:
            raise invalid("title")
        with each:
            raise KeyError("a defect")
