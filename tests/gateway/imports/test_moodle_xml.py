"""Moodle XML: every kind that exists here, what is left out, and files that are made to do harm."""

from base64 import b64encode
from decimal import Decimal

import pytest

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.table import QuestionKind
from domain.imports.readers import QuestionFileFormat, ReadLimits
from tests.support import file_readers
from tests.support.file_readers import Found

FORMAT = QuestionFileFormat.MOODLE_XML


def answer(text: str, fraction: str = "0", more: str = "", format_: str = "html") -> str:
    return f'<answer fraction="{fraction}" format="{format_}"><text><![CDATA[{text}]]></text>{more}</answer>'


def question(kind: str, *parts: str, name: str = "Cells", text: str = "<p>What divides?</p>") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>{"".join(parts)}</question>'
    )


def quiz(*questions: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n"


def read(*questions: str) -> Found:
    return file_readers.read(FORMAT, quiz(*questions))


def test_a_single_choice_with_feedback() -> None:
    said = '<feedback format="html"><text>Right!</text></feedback>'

    draft = file_readers.read_one(
        FORMAT,
        quiz(
            question(
                "multichoice",
                "<single>true</single>",
                answer("A cell", "100", said),
                answer("A stone"),
                '<generalfeedback format="html"><text>Cells divide.</text></generalfeedback>',
            )
        ),
    )

    assert (draft.kind, draft.name, draft.prompt) == (QuestionKind.SINGLE_CHOICE, "Cells", "What divides?")
    assert [(o.text, o.correct, o.feedback) for o in draft.key.options] == [
        ("A cell", True, "Right!"),
        ("A stone", False, ""),
    ]
    assert (draft.explanation, draft.line) == ("Cells divide.", 3)


def test_a_multiple_choice_shares_its_mark() -> None:
    found = read(
        question(
            "multichoice", "<single>false</single>", answer("a", "50"), answer("b", "50"), answer("c", "-50")
        )
    )

    assert found.drafts[0].kind is QuestionKind.MULTIPLE_CHOICE
    assert [o.correct for o in found.drafts[0].key.options] == [True, True, False]
    assert found.losses == []


def test_other_penalties_are_a_loss_and_partial_marks_are_refused() -> None:
    lenient = question("multichoice", "<single>false</single>", answer("a", "100"), answer("c", "0"))
    partial = question(
        "multichoice", "<single>true</single>", answer("a", "100"), answer("c", "50"), name="Half"
    )

    found = read(lenient, partial)

    assert [draft.name for draft in found.drafts] == ["Cells"]
    assert "Penalties" in found.lost
    assert "4 Half: A single choice earns all or nothing" in found.reasons


def test_statements_short_answers_and_numbers() -> None:
    found = read(
        question("truefalse", answer("true"), answer("false", "100"), name="T"),
        question(
            "shortanswer",
            answer("York", "100"),
            answer("Yorck", "50"),
            answer("*", "0", "<feedback><text>No</text></feedback>"),
            name="S",
        ),
        question("numerical", answer("3.5", "100", "<tolerance>0.5</tolerance>"), name="N"),
    )

    statement, short, number = found.drafts
    assert (statement.kind, statement.key.truth) == (QuestionKind.TRUE_FALSE, False)
    assert short.key.texts == [AcceptedText(text="York", weight=100), AcceptedText(text="Yorck", weight=50)]
    assert short.key.feedback == {"*": "No"}
    assert [(n.low, n.high) for n in number.key.numbers] == [(Decimal("3.0"), Decimal("4.0"))]


def test_wildcards_are_refused_unless_they_are_escaped() -> None:
    found = read(
        question("shortanswer", answer("Gr*nt", "100"), name="Wild"),
        question("shortanswer", answer("a \\* b", "100"), name="Star"),
    )

    assert "Wildcards" in found.reasons
    assert found.drafts[0].key.texts == [AcceptedText(text="a * b", weight=100)]


@pytest.mark.parametrize("kind", ["essay", "description", "calculated", "ddwtos", "coderunner", "cloze"])
def test_a_kind_that_does_not_exist_here_is_left_out_by_name(kind: str) -> None:
    found = read(question(kind, name="Other"), question("truefalse", answer("true", "100"), answer("false")))

    assert [draft.name for draft in found.drafts] == ["Cells"]
    assert found.refused == []
    (loss,) = found.losses
    assert (loss.line, loss.item) == (3, "Other")
    assert "not supported; the question is left out" in loss.reason


def test_categories_lead_to_the_questions_after_them() -> None:
    category = (
        '<question type="category"><category><text>$course$/top/Biology/Cells</text></category></question>'
    )

    found = read(category, question("truefalse", answer("true", "100"), answer("false")))

    assert found.items[0].categories == ("Biology", "Cells")


def test_html_keeps_its_meaning_and_loses_what_could_run() -> None:
    text = '<p onclick="x()">10<sup>3</sup> &lt; <b>x</b><script>evil()</script></p><style>p {}</style> #include <stdio.h>'

    found = read(question("shortanswer", answer("1", "100"), text=text))

    assert found.drafts[0].prompt == "10^3 < x\n#include <stdio.h>"
    assert "HTML is not kept" in found.lost


def test_pictures_come_with_the_question() -> None:
    picture = b"\x89PNG picture"
    file = f'<file name="a b.png" path="/" encoding="base64">{b64encode(picture).decode()}</file>'
    text = f'<questiontext format="html"><text><![CDATA[See <img src="@@PLUGINFILE@@/a%20b.png" alt="cell">]]></text>{file}</questiontext>'

    found = file_readers.read(
        FORMAT,
        quiz(
            f'<question type="shortanswer"><name><text>P</text></name>{text}{answer("1", "100")}</question>'
        ),
    )

    assert found.items[0].media == ("a b.png",)
    assert [(media.name, media.content) for media in found.media] == [("a b.png", picture)]
    assert found.drafts[0].prompt == "See cell"
    assert found.losses == []


def test_a_picture_that_the_file_does_not_hold_is_a_loss() -> None:
    found = read(question("shortanswer", answer("1", "100"), text='See <img src="http://x.org/a.png"> here'))

    assert "1 picture(s)" in found.lost


def test_settings_without_a_place_are_losses() -> None:
    found = read(
        question(
            "shortanswer",
            "<usecase>1</usecase><defaultgrade>2.0000000</defaultgrade><hint><text>Think</text></hint>",
            "<tags><tag><text>easy</text></tag></tags>",
            answer("York", "100"),
        )
    )

    assert len(found.drafts) == 1
    for reason in ("Upper and lower case", "default mark", "Hints", "tags"):
        assert reason in found.lost


def test_equal_names_get_a_number() -> None:
    one = question("truefalse", answer("true", "100"), answer("false"))
    other = question("truefalse", answer("true"), answer("false", "100"))

    found = read(one, other)

    assert [draft.name for draft in found.drafts] == ["Cells", "Cells (2)"]
    assert "has the same name" in found.lost


@pytest.mark.parametrize(
    "text",
    [
        "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
        "e\u0301 a\u0308",
        "\U0001f469\u200d\U0001f680 \U0001f3f4",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
    ],
)
def test_texts_survive_byte_for_byte(text: str) -> None:
    draft = file_readers.read_one(
        FORMAT, quiz(question("shortanswer", answer(text, "100"), name=text, text=f"<p>{text}</p>"))
    )

    assert (draft.prompt, draft.name, draft.key.texts[0].text) == (text, text, text)


def test_an_old_encoding_is_read() -> None:
    content = (
        quiz(question("shortanswer", answer("caf\xe9", "100")))
        .replace("UTF-8", "ISO-8859-1")
        .encode("latin-1")
    )

    assert file_readers.read_one(FORMAT, content).key.texts[0].text == "caf\xe9"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            '<!DOCTYPE q [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><quiz><question type="essay">&b;</question></quiz>',
            "entities",
        ),
        ('<!DOCTYPE q SYSTEM "file:///etc/passwd"><quiz>&x;</quiz>', "entities"),
        ("<quiz>" + "<a>" * 10_000 + "</a>" * 10_000 + "</quiz>", "nested"),
        ("<quiz><question type='truefalse'><name>", "XML"),
        ("not XML at all", "XML"),
        ("<quiz></quiz>", "no question"),
    ],
)
def test_harmful_and_broken_files_are_refused(content: str, reason: str) -> None:
    found = file_readers.read(FORMAT, content)

    assert found.drafts == []
    assert reason in found.reasons


def test_what_was_read_before_a_file_breaks_off_is_kept() -> None:
    whole = quiz(question("truefalse", answer("true", "100"), answer("false")), question("essay"))

    found = file_readers.read(FORMAT, whole[:-40])

    assert [draft.name for draft in found.drafts] == ["Cells"]
    assert "XML" in found.reasons


def test_a_file_holds_at_most_so_many_questions() -> None:
    content = quiz(
        *[question("truefalse", answer("true", "100"), answer("false"), name=str(n)) for n in range(3)]
    )

    found = file_readers.read(FORMAT, content, ReadLimits(most_items=2))

    assert len(found.drafts) == 2
    assert "at most 2 questions" in found.reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<div>" * 3_000, "at most 2000 tags"), ("x" * 200_001, "at most 200000 characters")],
)
def test_a_text_that_would_take_long_to_clean_is_refused(text: str, reason: str) -> None:
    assert reason in read(question("shortanswer", answer("1", "100"), text=text)).reasons


def test_more_answers_than_can_be_compared_are_refused() -> None:
    answers = "".join(answer(str(n), "100") for n in range(101))

    assert "at most 100 answers" in read(question("numerical", answers)).reasons
