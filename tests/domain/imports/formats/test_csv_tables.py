"""CSV: dialects, headers in any order, and right answers that are never guessed."""

from decimal import Decimal

import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.imports.formats.csv_tables import tables
from domain.imports.readers import QuestionFileFormat
from tests.support import file_readers
from tests.support.file_readers import Found

FORMAT = QuestionFileFormat.CSV


def read(*lines: str) -> Found:
    return file_readers.read(FORMAT, "\n".join(lines) + "\n")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_delimiter_and_order_of_columns(mark: str) -> None:
    rows = [
        ["Correct Answer", "option 2", "Question", "Option1"],
        ["B", "Rome", "Capital of Italy?", "Milan"],
    ]

    found = read(*(mark.join(row) for row in rows))

    (draft,) = found.drafts
    assert (draft.kind, draft.prompt, draft.line) == (QuestionKind.SINGLE_CHOICE, "Capital of Italy?", 2)
    assert [(o.text, o.correct) for o in draft.key.options] == [("Milan", False), ("Rome", True)]


def test_a_spreadsheet_may_name_its_delimiter() -> None:
    found = read("sep=;", "question;answer;kind", "1,5 or 1.5?;1.5;NUMERIC")

    assert (found.drafts[0].prompt, found.drafts[0].line) == ("1,5 or 1.5?", 3)


@pytest.mark.parametrize(
    "options", ["\"['Milan', 'Rome']\"", '"[""Milan"", ""Rome""]"', "Milan|Rome", '"Milan\nRome"']
)
def test_options_in_one_cell(options: str) -> None:
    found = read("question,choices,answer", f"Capital?,{options},B")

    assert [(o.text, o.correct) for o in found.drafts[0].key.options] == [("Milan", False), ("Rome", True)]


def test_numbers_count_from_zero_where_one_row_says_so() -> None:
    found = read("question,choices,answer", "One?,a|b|c,0", "Two?,a|b|c,2")

    assert [[o.correct for o in draft.key.options].index(True) for draft in found.drafts] == [0, 2]


def test_numbers_count_from_one_where_one_row_says_so() -> None:
    found = read("question,choices,answer", "One?,a|b|c,1", "Two?,a|b|c,3")

    assert [[o.correct for o in draft.key.options].index(True) for draft in found.drafts] == [0, 2]


@pytest.mark.parametrize("answers", [("1", "1"), ("0", "3")])
def test_numbers_are_refused_where_the_file_does_not_tell(answers: tuple[str, str]) -> None:
    found = read("question,choices,answer", f"One?,a|b|c,{answers[0]}", f"Two?,a|b|c,{answers[1]}")

    assert found.drafts == []
    assert [item.line for item in found.refused] == [2, 3]
    assert "A for the first" in found.reasons


def test_a_text_that_could_be_the_place_of_another_option_is_refused() -> None:
    found = read("question,choices,answer", "Two plus one?,2|3|4,3")

    assert found.drafts == []
    assert "may be the text of one option or the place of another" in found.reasons


@pytest.mark.parametrize(
    ("unclear", "other"),
    [
        ("Which is even?,1|2|3,2", "Which is four?,4|5|6,0"),
        ("2+0?,3|2|1,1", "Which is four?,4|5|6,0"),
        ("Which is even?,2|3|5,2", "Which is six?,4|5|6,3"),
        ("Which vitamin?,C|A|B,A", "Which is four?,4|5|6,B"),
    ],
)
def test_other_rows_do_not_settle_whether_an_answer_is_a_text_or_a_place(unclear: str, other: str) -> None:
    found = read("question,choices,answer", unclear, other)

    assert [draft.line for draft in found.drafts] == [3]
    assert [item.line for item in found.refused] == [2]
    assert "may be the text of one option or the place of another" in found.reasons


def test_a_text_that_is_the_place_of_its_own_option_is_read() -> None:
    found = read("question,choices,answer", "Which is even?,1|2|3,2", "Which is six?,4|5|6,3")

    assert [[o.correct for o in draft.key.options].index(True) for draft in found.drafts] == [1, 2]


def test_a_number_that_may_be_a_text_does_not_say_how_the_file_counts() -> None:
    found = read("question,choices,answer", "Two plus one?,2|3|4,3", "Which?,a|b|c,1")

    assert found.drafts == []
    assert "A for the first" in found.reasons


def test_columns_that_disagree_are_refused() -> None:
    found = read("question,choices,answer,correct_answer", "One?,a|b,A,", "Two?,a|b,A,B")

    assert [draft.prompt for draft in found.drafts] == ["One?"]
    assert "answer and correct_answer name different right answers" in found.reasons


def test_kinds_follow_from_the_cells_or_are_named() -> None:
    found = read(
        "question,answer,kind,tolerance",
        "Wet?,TRUE,,",
        "Capital?,Rome,,",
        "Pi?,3.14,numeric,0.01",
        "Which year?,1822,SHORT_TEXT,",
        "How many?,42,,",
    )

    assert [draft.kind.value for draft in found.drafts] == [
        "TRUE_FALSE",
        "SHORT_TEXT",
        "NUMERIC",
        "SHORT_TEXT",
    ]
    assert found.drafts[2].key.numbers[0].low == Decimal("3.13")
    assert "6 How many?: A number may be a text or a value" in found.reasons


def test_several_right_options_make_a_multiple_choice() -> None:
    found = read("question,choices,answer", "Even?,1|2|3|4,B;D", 'Odd?,x|y|z,"A, C"')

    assert [draft.kind.value for draft in found.drafts] == ["MULTIPLE_CHOICE", "MULTIPLE_CHOICE"]
    assert [o.correct for o in found.drafts[1].key.options] == [True, False, True]


def test_columns_without_a_meaning_are_lost_once() -> None:
    found = read("question,answer,source", "Wet?,TRUE,a book", "Dry?,FALSE,a book")

    assert [(loss.line, loss.item) for loss in found.losses] == [(1, "source")]


def test_equal_ids_are_refused_and_equal_questions_are_numbered() -> None:
    with_ids = read("id,question,answer", "7,Wet?,TRUE", "7,Dry?,FALSE")
    without = read("question,answer", "Wet?,TRUE", "Wet?,FALSE")

    assert "The question on line 2 has the same id" in with_ids.reasons
    assert [draft.name for draft in without.drafts] == ["Wet?", "Wet? (2)"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("a,b,c", "1,2,3"), "needs a column question"),
        (("question,answer", "Wet?,TRUE,more,cells"), "more cells than there are columns"),
        (("question,choices,answer", "One?,a|b,C"), "beyond the 2 options"),
        (("question,choices,answer", "One?,a|b,Paris"), "none of the options"),
        (("question,choices,answer", "One?,a|b,"), "does not say which option is right"),
        (("question,option1,option3,option4,answer", "One?,a,,b,A"), "is empty, and one after it is not"),
        (("question,answer,kind", "One?,a,ESSAY"), "is none of"),
        (("question,choices,answer", "One?,\"['a' 'b', 'c']\",A"), "A comma is missing"),
        (("question,choices,answer", "One?,\"['a']\",A"), "A choice needs 2"),
    ],
)
def test_dirty_rows_are_refused_with_line_and_reason(lines: tuple[str, ...], reason: str) -> None:
    found = read(*lines)

    assert found.drafts == []
    assert reason in found.reasons


def test_a_quote_that_is_never_closed_is_refused_where_it_begins() -> None:
    found = file_readers.read(FORMAT, 'question,answer\nWet?,TRUE\n"Dry?,FALSE\n' + "x" * 200_000)

    assert [draft.prompt for draft in found.drafts] == ["Wet?"]
    assert [item.line for item in found.refused] == [3]
    assert "quote" in found.reasons


def test_only_a_table_of_questions_is_recognised() -> None:
    assert tables.recognises(b"Question;Answer\nWet?;TRUE", ())
    assert not tables.recognises(b"// a comment\nWet?{T}", ())
    assert not tables.recognises(b"name,price\nTea,2", ())
