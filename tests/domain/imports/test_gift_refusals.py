"""GIFT that is refused or lost: each with its line, nothing guessed, and no text crashes the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.gift import losses_of, read, refused


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Pick {\n~%50%half\n=whole\n~none}", 2),
        ("Pick {\n~none\n=%50%half\n=whole}", 3),
        ("Pick {\n~%60%a\n~%40%b}", 2),
        ("Pick {\n~%50%a\n~b}", 2),
        ("Pick {\n~a\n~b}", 2),
        ("Name {\n=%33.3%a\n=b}", 2),
        ("Name {\n=a\n=%101%b}", 3),
        ("Number {#\n=%12.5%3\n=4}", 2),
    ],
)
def test_weights_that_cannot_be_graded_are_refused_with_their_line(text: str, line: int) -> None:
    assert refused(text).line == line


@pytest.mark.parametrize(
    "written", ["", "five", "1,5", "5..1", "1:-1", "1..2..3", "1:2:3", "NaN", "=1 =x", "~1"]
)
def test_numbers_that_are_none_are_refused(written: str) -> None:
    assert refused(f"How many? {{#{written}}}").line == 1


def test_an_order_of_numbers_that_matters_is_refused() -> None:
    assert "overlaps" in refused("When? {#=%50%1822:2 =1822}").reason


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Explain it. {}", "Essays"),
        ("Explain it. {####Said enough}", "Essays"),
        ("Take your pencil.", "without answers"),
        ("$CATEGORY: $course$/top", "Categories"),
    ],
)
def test_what_does_not_exist_here_is_left_out_and_reported(text: str, word: str) -> None:
    (loss,) = losses_of(f"// line one\n\n{text}")

    assert loss.line == 3
    assert word in loss.reason


def test_ids_and_tags_in_comments_are_reported() -> None:
    (loss,) = losses_of("// [id:3] [tag:x]\nWet?{T}")

    assert (loss.line, loss.item) == (1, "comment")


@pytest.mark.parametrize("penalty", ["", "%0%", "%-100%"])
def test_other_penalties_are_a_loss_that_is_reported(penalty: str) -> None:
    (loss,) = losses_of(f"\n\nPick {{~%50%a ~%50%b ~{penalty}c}}")

    assert loss.line == 3
    assert "50 %" in loss.reason


@pytest.mark.parametrize(
    "text",
    [
        "Pick {=a ~b",
        "Pick =a ~b}",
        "Pick }=a ~b{",
        "Pick {=a ~b} or {=c ~d}",
        "Pick {=a {~b}",
        "::Title without end {T}",
        "{T}",
        "Pick {word ~a =b}",
        "Pick {=a}".replace("=a", "=a ~a"),
        "Pick {= ~b}",
        "Pick {=a ~}",
        "Wet? {T#one#two#three}",
        "Bell \x07? {T}",
        "Name {=a =A}",
        "Name {=%50%a}",
        "Long " + "x" * 60_000 + " {T}",
        "Pick {=a" + "".join(f" ~{n}" for n in range(30)) + "}",
    ],
)
def test_what_is_not_gift_is_refused(text: str) -> None:
    assert refused(f"Fine?{{T}}\n\n{text}").line == 3


def test_more_than_anyone_writes_is_refused_before_it_is_read() -> None:
    assert "1000 questions" in refused("Wet?{T}\n\n" * 1_001).reason
    assert "100 answers" in refused("Pick {=1" + "~1" * 20_000 + "}").reason
    assert len(read("\x01\n" * 10_000)[1].refused) < 1_000


def test_blank_lines_end_a_question() -> None:
    _, findings = read("Pick {\n=a\n\n~b}")

    assert [(f.line, "brace" in f.reason) for f in findings.refused] == [(1, True), (4, True)]


@pytest.mark.slow
@given(st.text(max_size=300) | st.text("~=#{}:\\%\n /[]$->T.10*", max_size=300))
def test_any_text_is_read_or_reported(text: str) -> None:
    drafts, findings = read(text)

    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for finding in findings.refused + findings.losses:
        assert 1 <= finding.line <= lines
        assert finding.reason
    assert all(1 <= draft.line <= lines for draft in drafts)
