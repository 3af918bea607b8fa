"""Field declarations: the description of a list names its maximum once."""

import pytest

from graph.fields import attribute
from graph.schema import sdl


@pytest.mark.parametrize(
    ("description", "at_most", "printed"),
    [
        ("The items.", None, "The items."),
        ("The items.", 10, "The items. At most 10."),
        ("The items.", 2_000, "The items. At most 2 000."),
        ("The latest 100 items.", 10, "The latest 100 items. At most 10."),
        ("The latest 100 items.", 100, "The latest 100 items."),
    ],
)
def test_a_list_names_its_maximum_once(description: str, at_most: int | None, printed: str) -> None:
    assert attribute(description, at_most=at_most).description == printed


def test_no_description_names_two_maxima() -> None:
    repeated = [line for line in sdl().splitlines() if line.lower().count("at most") > 1]

    assert repeated == []
