"""Text rules: names can be seen, stay on their line and in its direction, and keep what scripts and emoji need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import text
from domain.accounts.email_addresses import checked_email
from domain.errors import InvalidInputError

HIDDEN = [
    *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\u206a\u2800\u3164",
    *"\ufe00\ufe0f\ufeff\uffa0\ufff9\U000e0001\U000e0041\U000e007f\U000e0100",
]
TURNING = list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NEEDED = [
    "👩\u200d👩\u200d👧",
    "❤\ufe0f\u200d🔥",
    "🏳\ufe0f\u200d🌈",
    "1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "می\u200cخواهم",  # noqa: RUF001 - Persian
    "क्\u200dष",
    "ශ්\u200dරී",
    "ന്\u200d",
    "葛\U000e0100",
    "Zoë",
    "日本語",
    "مرحبا",
    "a\u00a0b",
]


def line(value: str) -> str:
    return text.line(value, field="name", longest=60)


def prose(value: str) -> str:
    return text.prose(value, field="bio", longest=500)


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_hidden_characters_are_left_out(hidden: str) -> None:
    assert line(f"A{hidden}da{hidden}") == "Ada"
    assert prose(f" {hidden}\nx {hidden}y") == "x y"


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_a_name_of_hidden_characters_is_refused(hidden: str) -> None:
    for name in (hidden, hidden * 5, f" {hidden} {hidden} "):
        with pytest.raises(InvalidInputError) as refused:
            line(name)
        assert refused.value.field == "name"


def test_many_hidden_characters_are_read_once() -> None:
    assert text.visible("\N{WAVING BLACK FLAG}" + "\U000e0067" * 200_000).count("\U000e0067") == 8
    assert text.visible("é" + "\u200d" * 200_000 + "é") == "éé"


@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0308", "\u20e3"], ids=ascii)
def test_a_name_of_marks_alone_is_refused(marks: str) -> None:
    with pytest.raises(InvalidInputError):
        line(marks)


@pytest.mark.parametrize("turning", TURNING, ids=ascii)
def test_what_turns_the_line_over_is_refused(turning: str) -> None:
    for check in (line, prose):
        with pytest.raises(InvalidInputError):
            check(f"Ada{turning}ecalevoL")


@pytest.mark.parametrize(
    "separator", ["\n", "\r", "\t", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"], ids=ascii
)
def test_a_line_is_one_line(separator: str) -> None:
    with pytest.raises(InvalidInputError):
        line(f"Ada{separator}Lovelace")


@pytest.mark.parametrize("separator", ["\r\n", "\u2028", "\u2029"], ids=ascii)
def test_prose_has_one_kind_of_line_break(separator: str) -> None:
    assert prose(f"one{separator}two") == "one\ntwo"


@pytest.mark.parametrize("name", NEEDED, ids=ascii)
def test_what_scripts_and_emoji_need_stays(name: str) -> None:
    assert line(name) == name
    assert prose(f"x {name} y") == f"x {name} y"


@given(st.text(alphabet=st.sampled_from([*HIDDEN, *"a 🏴👩क्"]), max_size=20))
def test_a_text_that_was_made_visible_stays_as_it_is(value: str) -> None:
    once = text.visible(value)

    assert text.visible(once) == once


@pytest.mark.parametrize("hidden", [*HIDDEN, *TURNING], ids=ascii)
def test_an_address_with_a_hidden_character_is_refused(hidden: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_email(f"a{hidden}da@example.org")
