"""Variable limits: number, length and depth."""

import contextlib
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from graph.documents.limits import COST, DEPTH, Limits
from graph.documents.variable_limits import check_variables

LIMITS = Limits(variable_values=12, variable_list=5, variable_depth=3)
SCALARS = st.sampled_from([None, True, 1, 1.5, "a"])
NESTED = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from("abcdefg"), inner)
)
SENT = st.dictionaries(st.text("abcdefghijklmn", min_size=1, max_size=1), SCALARS | NESTED)


def inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def count(value: Any) -> int:
    return len(inside(value)) + sum(map(count, inside(value)))


def depth(value: Any) -> int:
    holds = isinstance(value, list | dict)
    return holds + max(map(depth, inside(value)), default=0)


def longest(value: Any) -> int:
    own = len(value) if isinstance(value, list) else 0
    return max([own, *map(longest, inside(value))])


def is_refused(sent: dict[str, Any]) -> bool:
    with contextlib.suppress(GraphQLError):
        check_variables(sent, LIMITS)
        return False
    return True


@pytest.mark.slow
@given(sent=SENT)
def test_variables_are_refused_exactly_beyond_a_limit(sent: dict[str, Any]) -> None:
    too_deep = depth(sent) - 1 > LIMITS.variable_depth

    expected = too_deep or count(sent) > LIMITS.variable_values or longest(sent) > LIMITS.variable_list

    assert is_refused(sent) is expected


@pytest.mark.parametrize(
    ("sent", "sentence", "code"),
    [
        ({"a": [1] * 6}, "A list in the variables has 6 values or more; the limit is 5.", COST),
        ({str(n): n for n in range(13)}, "The variables have 13 values or more; the limit is 12.", COST),
        ({"a": [[[[]]]]}, "A variable is nested 4 levels deep or more; the limit is 3.", DEPTH),
    ],
)
def test_a_refusal_names_the_limit(sent: dict[str, Any], sentence: str, code: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        check_variables(sent, LIMITS)

    assert refused.value.message == f"{sentence} Send less, or several requests."
    assert (refused.value.extensions or {})["code"] == code
