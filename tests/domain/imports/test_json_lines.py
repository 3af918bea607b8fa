"""JSON with line numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports import json_lines
from domain.imports.json_lines import MalformedJsonError

TEXT = """{
  "a": 1,
  "b": [
    {"c": "x, ] } \\" \\\\"},

    {"c": {"d": null}}, [2,
      3]
  ]
}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("a",), 2),
        (("b",), 3),
        (("b", 0), 4),
        (("b", 0, "c"), 4),
        (("b", 1), 6),
        (("b", 1, "c", "d"), 6),
        (("b", 2), 6),
        (("b", 2, 1), 7),
    ],
)
def test_a_value_knows_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert json_lines.read(TEXT).lines[path] == line


def test_an_unknown_place_has_the_line_of_what_is_around_it() -> None:
    assert json_lines.read(TEXT).line(("b", 1, "missing")) == 6


def test_names_that_occur_twice_are_found() -> None:
    found = json_lines.read('{"a": 1, "b": {"a": 2},\n"a": 3}')

    assert found.repeated == [("a",)]
    assert found.line(("a",)) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("{", 1),
        ('{\n"a": 1,\n}', 3),
        ("[" * 100_000, 1),
        ('{"a": 01}', 1),
        ("\0", 1),
        ("# a note", 1),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(MalformedJsonError) as refusal:
        json_lines.read(text)

    assert refusal.value.line == line


def test_an_integer_of_5000_digits_is_read_as_something_else() -> None:
    assert not isinstance(json_lines.read("9" * 5_000).value, int)


def test_a_byte_order_mark_is_skipped() -> None:
    assert json_lines.read("\ufeff[1]").value == [1]


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(_values)
def test_the_scan_agrees_with_the_parser_on_any_document(value: object) -> None:
    found = json_lines.read(json.dumps(value, indent=1))

    assert set(found.lines) == set(_paths(value, ()))
    assert found.repeated == []


def _paths(value: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for name, part in inner for deeper in _paths(part, (*path, name)))]
