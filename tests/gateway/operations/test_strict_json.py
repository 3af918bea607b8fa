"""Strict JSON: refuses what lenient parsers accept with different meanings."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.operations import strict_json
from gateway.operations.strict_json import MOST_VALUES, NotStrictJsonError, price_of, read_json
from gateway.streams.websocket_messages import CloseSocket, read_message

STRINGS = st.text(st.sampled_from('ab:{}[]",\\\u003a \u00e9\U0001f600'), max_size=4)
NUMBERS = st.sampled_from(["0", "-1", "9223372036854775807", "-9223372036854775808", "1e3", "0.5", "1e300"])
HUGE = st.sampled_from(["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1" * 400])


@st.composite
def encoded(draw: st.DrawFn, text: str) -> str:
    """Return a string as JSON, each character plain or escaped."""
    shown = "".join(
        f"\\u{ord(each):04x}" if ord(each) < 65_536 and draw(st.booleans()) else json.dumps(each)[1:-1]
        for each in text
    )
    return f'"{shown}"'


def joined(parts: list[str], brackets: str) -> str:
    return brackets[0] + ",".join(parts) + brackets[1]


LEAVES = STRINGS.flatmap(encoded) | NUMBERS | HUGE | st.sampled_from(["true", "null", "NaN", "-Infinity"])
TEXTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: joined(items, "[]"))
        | st.lists(st.tuples(STRINGS.flatmap(encoded), st.sampled_from([":", " : "]), inner), max_size=4).map(
            lambda pairs: joined(["".join(pair) for pair in pairs], "{}")
        )
    ),
    max_leaves=12,
)


def read_slowly(text: str) -> Any:
    """Read strict JSON the slow way, checking every name and number."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError(text)
        return dict(pairs)

    def bounded(digits: str) -> int:
        if not -(2**63) <= int(digits) < 2**63:
            raise ValueError(digits)
        return int(digits)

    def refused(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, object_pairs_hook=unique, parse_int=bounded, parse_constant=refused)


@given(TEXTS)
@example('{"a":1,"a":"\\u003a"}')  # the colon lost with a name is made up for by one in a value
@example('{"a":"\\u003A","a":1}')
@example('{"\\u0061":1,"a":1}')
@example('{"a":{"b":1,"b":":"}}')
@example('{":":1,":":2}')
@settings(max_examples=1_000, deadline=None)
def test_it_agrees_with_the_slow_reader(text: str) -> None:
    try:
        expected = read_slowly(text)
    except ValueError:
        with pytest.raises(NotStrictJsonError):
            read_json(text.encode())
    else:
        assert read_json(text.encode()) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'[{"query": "{ a }", "query": "{ b }"}]', "twice"),
        (b'{"a": 123456789012345678901234567890}', "64 bits"),
        (b'{"a": 18446744073709551615}', "64 bits"),
        (b"[" * 300 + b"]" * 300, "deeply"),
        (b"[" * 100_000, "JSON"),
        (b'{"a": 1e999}', "JSON"),
        (b'{"a": "\xff"}', "JSON"),
        (b'{"a": "\xed\xa0\x80"}', "JSON"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b'{"a": "\x00"}', "JSON"),
        (b"{} {}", "JSON"),
        (b"", "JSON"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_refusal_says_why(text: bytes, sentence: str) -> None:
    with pytest.raises(NotStrictJsonError, match=sentence):
        read_json(text)


@pytest.mark.parametrize(
    "text", ['{"type": "ping", "type": "pong"}', '{"type": "ping", "n": 99999999999999999999}']
)
def test_messages_of_a_websocket_are_read_as_strictly(text: str) -> None:
    with pytest.raises(CloseSocket) as closed:
        read_message({"type": "websocket.receive", "text": text})

    assert closed.value.code == 4400


@pytest.mark.parametrize("item", [b"1", b'""', b"[]", b"{}", b'{"a":1}', b"99999999999999999999"])
def test_a_text_with_too_many_values_is_refused_before_it_is_read(
    item: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json.orjson, "loads", lambda _: pytest.fail("it was read"))
    text = b"[" + item + (b"," + item) * MOST_VALUES + b"]"

    with pytest.raises(NotStrictJsonError, match="more than 100,000 values"):
        read_json(text)


@pytest.mark.parametrize(
    "text", ["a, b, [c], {d}" * MOST_VALUES, '\\",' * MOST_VALUES, "\\\\," * MOST_VALUES]
)
def test_punctuation_in_a_string_is_no_value(text: str) -> None:
    encoded = orjson.dumps({"text": text, "more": ["\\", '"', "x"]})

    assert read_json(encoded)["text"] == text


def test_the_price_grows_with_the_values_up_to_what_is_read() -> None:
    values = [price_of(b"[" + b"0," * count + b"0]") for count in (10, 10_000, MOST_VALUES, 4 * MOST_VALUES)]

    assert values == sorted(values)
    assert values[3] - values[2] < values[2] - values[1]
