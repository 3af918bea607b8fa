"""Moodle's GIFT: every shape of question, and nothing guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.table import QuestionKind
from tests.support.gift import read, read_one, refused

CONTROL = "~=#{}:\\"


def escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in CONTROL else c for c in text)


def test_a_single_choice_with_title_and_feedback() -> None:
    draft = read_one(
        "::Capital::Which city?{\n~Lyon#Too far south\n=Paris#Right!\n~Nice\n####It has been so since 987.}"
    )

    assert draft.kind is QuestionKind.SINGLE_CHOICE
    assert (draft.name, draft.prompt, draft.explanation) == (
        "Capital",
        "Which city?",
        "It has been so since 987.",
    )
    assert [(o.text, o.correct, o.feedback) for o in draft.key.options] == [
        ("Lyon", False, "Too far south"),
        ("Paris", True, "Right!"),
        ("Nice", False, ""),
    ]


def test_an_arrow_in_a_feedback_makes_no_matching_question() -> None:
    draft = read_one("Water? {=H2O#H2 + O -> H2O}")

    assert draft.kind is QuestionKind.SHORT_TEXT
    assert draft.key.feedback == {"H2O": "H2 + O -> H2O"}


def test_a_missing_word_leaves_a_blank() -> None:
    assert read_one("The cat {~sits =sat} on the mat.").prompt == "The cat _____ on the mat."


def test_lines_stay_and_comments_are_refused() -> None:
    draft = read_one("// a comment\nOne\n  // another = {comment}\n   two? {\n=yes\n// ~no\n~maybe}")

    assert draft.prompt == "One\ntwo?"
    assert [o.text for o in draft.key.options] == ["yes", "maybe"]


def test_a_multiple_choice_with_our_penalties() -> None:
    draft = read_one("Even? {~%50%2 ~%50%4 ~%-50%3}")

    assert draft.kind is QuestionKind.MULTIPLE_CHOICE
    assert [(o.text, o.correct) for o in draft.key.options] == [("2", True), ("4", True), ("3", False)]


@pytest.mark.parametrize("share", ["33.33333", "33.3", "33"])
def test_rounded_shares_are_equal_shares(share: str) -> None:
    draft = read_one(f"Pick {{~%{share}%a ~%{share}%b ~%{share}%c ~%-{share}%d}}")

    assert [o.correct for o in draft.key.options] == [True, True, True, False]


@pytest.mark.parametrize(
    ("mark", "truth"),
    [("T", True), ("TRUE", True), ("F", False), ("FALSE", False), ("true", True), ("False", False)],
)
def test_true_and_false(mark: str, truth: bool) -> None:
    draft = read_one(f"Water is wet.{{{mark}}}")

    assert (draft.kind, draft.key.truth, draft.key.feedback) == (QuestionKind.TRUE_FALSE, truth, {})


def test_true_and_false_have_feedback_for_wrong_and_for_right() -> None:
    draft = read_one("Wet.{FALSE#You said true#You said false####All of it}")

    assert draft.key.feedback == {"true": "You said true", "false": "You said false"}
    assert draft.explanation == "All of it"


def test_a_short_answer_with_weights() -> None:
    draft = read_one("Where from? {=Nazareth#Yes =%75%Nazereth =%0%Rome}")

    assert draft.kind is QuestionKind.SHORT_TEXT
    assert draft.key.texts == [
        AcceptedText(text="Nazareth", weight=100),
        AcceptedText(text="Nazereth", weight=75),
        AcceptedText(text="Rome", weight=0),
    ]
    assert draft.key.feedback == {"Nazareth": "Yes"}


@pytest.mark.parametrize("written", ["four", " four ", "=four", "=%100%four", "%100%four"])
def test_a_single_short_answer_may_lack_its_mark(written: str) -> None:
    draft = read_one(f"Two plus two equals {{{written}#Yes}}")

    assert (draft.kind, draft.key.texts) == (QuestionKind.SHORT_TEXT, [AcceptedText(text="four", weight=100)])
    assert draft.key.feedback == {"four": "Yes"}


@pytest.mark.parametrize("right", ["=", "=%100%", "~%100%"])
def test_full_credit_of_a_single_choice_may_be_written_out(right: str) -> None:
    draft = read_one(f"Capital? {{{right}Paris ~Lyon =%100%Paname}}")

    assert draft.kind is QuestionKind.SINGLE_CHOICE
    assert [(o.text, o.correct) for o in draft.key.options] == [
        ("Paris", True),
        ("Lyon", False),
        ("Paname", True),
    ]


def test_penalties_of_a_single_choice_are_a_loss() -> None:
    drafts, findings = read("Capital? {=Paris ~%-33.33333%Lyon ~%-100%Nice}")

    assert [o.correct for o in drafts[0].key.options] == [True, False, False]
    assert ["Penalties" in loss.reason for loss in findings.losses] == [True]


def test_what_cannot_be_read_is_refused_and_the_rest_is_read() -> None:
    drafts, findings = read(
        "Wet?{T}\n\nHalf {~%50%a =b}\n\nOne {=a ~b}\nTwo {=a ~b}\n\n"
        'Flag {=<img src\\="a.png"> ~<img src\\="b.png">}\n\nDry?{F}'
    )

    assert [draft.prompt for draft in drafts] == ["Wet?", "Dry?"]
    found = {refused.line: refused.reason for refused in findings.refused}
    assert list(found) == [3, 5]
    assert "blank line between questions" in found[5]
    assert [(loss.line, "picture" in loss.reason) for loss in findings.losses] == [(8, True)]


def test_an_asterisk_is_a_wildcard_unless_escaped() -> None:
    assert "ildcard" in refused("Name {=Grant*}").reason
    assert read_one("Operator? {=\\*\\*}").key.texts == [AcceptedText(text="**", weight=100)]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("1822", "1822", "1822"),
        ("-1", "-1", "-1"),
        ("3.1415:0.0005", "3.1410", "3.1420"),
        ("-3.142:0.001", "-3.143", "-3.141"),
        ("3.141..3.142", "3.141", "3.142"),
        ("-5..5", "-5", "5"),
        ("1.5e3:.5", "1499.5", "1500.5"),
        (" 2 : 1 ", "1", "3"),
    ],
)
def test_numbers_with_tolerances_and_ranges(written: str, low: str, high: str) -> None:
    draft = read_one(f"How many? {{#{written}}}")

    assert draft.kind is QuestionKind.NUMERIC
    assert draft.key.numbers == [AcceptedNumber(low=Decimal(low), high=Decimal(high), weight=100)]


def test_a_weighted_list_of_numbers_with_feedback_for_all_others() -> None:
    draft = read_one("When? {#\n=1822:0#Exactly\n=%50%1822:2#Nearly\n~#Not at all}")

    assert [(n.low, n.high, n.weight) for n in draft.key.numbers] == [(1822, 1822, 100), (1820, 1824, 50)]
    assert draft.key.feedback == {"1822..1822": "Exactly", "1820..1824": "Nearly", "*": "Not at all"}


def test_a_category_does_not_need_a_blank_line_after_it() -> None:
    drafts, _ = read("$CATEGORY: one\nWet?{T}\n$CATEGORY: two\nDry?{F}")

    assert [draft.prompt for draft in drafts] == ["Wet?", "Dry?"]


def test_several_right_answers_of_a_single_choice_are_kept() -> None:
    draft = read_one("Even? {=2 =4 ~3}")

    assert draft.kind is QuestionKind.SINGLE_CHOICE
    assert [o.correct for o in draft.key.options] == [True, True, False]


def test_line_ends_of_every_system_count() -> None:
    drafts, findings = read("\ufeffOne?{T}\r\n\r\nTwo?{F}\r\rThree {=a")

    assert [draft.line for draft in drafts] == [1, 3]
    assert [f.line for f in findings.refused] == [5]


def test_html_becomes_its_text_which_is_reported() -> None:
    drafts, findings = read(
        '[html]<p>Is <b>x &lt; y</b>?</p><!-- no --><script>evil()</script><img alt\\="a graph" src\\="x">{\n'
        "=<p>yes</p>\n~[moodle]<no>\n####<pre>a\\n  b</pre>}"
    )

    assert drafts[0].prompt == "Is x < y?\na graph"
    assert [o.text for o in drafts[0].key.options] == ["yes", "<no>"]
    assert drafts[0].explanation == "a\n  b"
    assert len(findings.losses) == 2


@pytest.mark.parametrize("format_", ["", "[html]", "[moodle]"])
def test_powers_of_a_key_stay_in_every_format(format_: str) -> None:
    drafts, findings = read(f"{format_}How many &lt;b&gt;?{{\\=10<sup>3</sup>}}".replace("\\=", "="))

    assert drafts[0].prompt == "How many <b>?"
    assert drafts[0].key.texts == [AcceptedText(text="10^3", weight=100)]
    assert [finding.line for finding in findings.losses] == [1]


def test_a_formula_in_mathml_leaves_its_question_out() -> None:
    drafts, findings = read("[html]Solve <math><mi>x</mi></math>{=1}\n\nWet?{T}")

    assert [draft.prompt for draft in drafts] == ["Wet?"]
    assert ["MathML" in loss.reason for loss in findings.losses] == [True]


def test_markdown_and_plain_text_keep_their_lines() -> None:
    assert read_one("[markdown]- one\n- **two**{T}").prompt == "- one\n- **two**"
    assert read_one("[plain]a\n  b\\nc{T}").prompt == "a\n  b\nc"


def test_a_newline_is_written_as_an_escape() -> None:
    assert read_one("One\\ntwo{T}").prompt == "One\ntwo"


def test_a_backslash_before_anything_else_is_a_backslash() -> None:
    assert read_one("Pick {=C\\\\new ~\\d ~\\ }").key.options[0].text == "C\\new"
    assert [o.text for o in read_one("Pick {=C\\\\new ~\\d ~\\ }").key.options[1:]] == ["\\d", "\\"]


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=30
).filter(lambda text: not text.startswith("[") and not set(text) & set("<&"))


@given(prompt=WORDS, title=WORDS, right=WORDS, wrong=WORDS, feedback=WORDS)
def test_escaped_text_comes_back(prompt: str, title: str, right: str, wrong: str, feedback: str) -> None:
    right, wrong = "r" + right, "w" + wrong
    text = f"::t{escaped(title)}::q{escaped(prompt)} {{={escaped(right)}#f{escaped(feedback)} ~{escaped(wrong)}}}"

    draft = read_one(text)

    assert (draft.name, draft.prompt) == (f"t{title}"[:100], f"q{prompt}")
    assert [o.text for o in draft.key.options] == [right, wrong]
    assert draft.key.options[0].feedback == f"f{feedback}"
