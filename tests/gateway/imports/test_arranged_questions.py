"""Matching, ordering and blanks in files of other systems: what they say, and what they cannot say here."""

from decimal import Decimal

import pytest

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.imports.question_drafts import QuestionDraft
from domain.imports.readers import QuestionFileFormat
from tests.support import file_readers
from tests.support.file_readers import Found

MOODLE, GIFT, QTI, CSV = (
    QuestionFileFormat.MOODLE_XML,
    QuestionFileFormat.GIFT,
    QuestionFileFormat.QTI,
    QuestionFileFormat.CSV,
)
ITEM = '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="one" title="One" adaptive="false">'


def moodle(kind: str, text: str, *parts: str) -> Found:
    content = (
        f'<quiz><question type="{kind}"><name><text>One</text></name><questiontext format="html"><text><![CDATA[{text}]]>'
        f"</text></questiontext>{''.join(parts)}</question></quiz>"
    )
    return file_readers.read(MOODLE, content)


def qti(declarations: str, body: str, processing: str = "") -> Found:
    content = f"{ITEM}{declarations}<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    return file_readers.read(QTI, content)


def one(found: Found) -> QuestionDraft:
    assert found.refused == [], found.reasons
    (draft,) = found.drafts
    return draft


def pairs(key: KeyDraft) -> list[tuple[str, str]]:
    return [(prompt.text, key.options[prompt.option].text) for prompt in key.prompts]


def subquestion(text: str, answer: str) -> str:
    return f'<subquestion format="html"><text><![CDATA[{text}]]></text><answer><text>{answer}</text></answer></subquestion>'


def test_gift_pairs_may_share_an_option_and_leave_one_over() -> None:
    draft = one(
        file_readers.read(GIFT, "::Seas::Match {=Oslo -> Norway =Bergen -> Norway =Rome -> Italy = -> Spain}")
    )

    assert draft.kind is QuestionKind.MATCHING
    assert pairs(draft.key) == [("Oslo", "Norway"), ("Bergen", "Norway"), ("Rome", "Italy")]
    assert [option.text for option in draft.key.options] == ["Norway", "Italy", "Spain"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("M {=a -> b =c}", "written like =prompt -> option"),
        ("M {=a -> b =c ->}", "written like =prompt -> option"),
        ("M {=%50%a -> b =c -> d}", "takes no weight"),
        ("M {=a -> b = -> c}", "2 to 20 prompts"),
        ("M {=a -> b =a -> c}", "Two prompts are the same"),
    ],
)
def test_gift_pairs_that_say_too_little_are_refused(text: str, sentence: str) -> None:
    assert sentence in file_readers.read(GIFT, text).reasons


def test_moodle_pairs_and_an_option_that_belongs_to_none() -> None:
    found = moodle(
        "matching",
        "<p>Match</p>",
        subquestion("<p>Oslo</p>", "Norway"),
        subquestion("Rome", "Italy &lt;EU&gt;"),
        subquestion("", "Spain"),
    )

    draft = one(found)
    assert (draft.kind, draft.prompt) == (QuestionKind.MATCHING, "Match")
    assert pairs(draft.key) == [("Oslo", "Norway"), ("Rome", "Italy <EU>")]
    assert [option.text for option in draft.key.options] == ["Norway", "Italy <EU>", "Spain"]


def test_moodle_orders_and_what_is_not_kept_of_them() -> None:
    items = [
        f'<answer fraction="{n}" format="html"><text>{t}</text></answer>' for n, t in enumerate("abc", 1)
    ]
    exact = moodle("ordering", "Sort", "<gradingtype>RELATIVE_NEXT_EXCLUDE_LAST</gradingtype>", *items)
    other = moodle(
        "ordering",
        "Sort",
        "<selecttype>RANDOM</selecttype><gradingtype>ABSOLUTE_POSITION</gradingtype>",
        *items,
    )

    draft = one(exact)
    assert (draft.kind, draft.key.ordered) == (QuestionKind.ORDERING, True)
    assert [option.text for option in draft.key.options] == ["a", "b", "c"]
    assert exact.losses == []
    assert "selection" in other.lost
    assert "way of grading" in other.lost


def test_moodle_blanks_of_each_type() -> None:
    draft = one(
        moodle(
            "cloze",
            "<p>Capital {1:SHORTANSWER:=Paris#Right &amp; good~%50%Lutetia~*#No}, "
            "pi {1:NM:=3.14:0.01}, {1:MULTICHOICE_VS:salty~=sweet \\} \\~ \\#} &lt;b&gt;</p>",
        )
    )

    text, number, choice = draft.key.blanks
    assert (draft.kind, draft.prompt) == (QuestionKind.CLOZE, "Capital [[1]], pi [[2]], [[3]] <b>")
    assert text.texts == [AcceptedText(text="Paris", weight=100), AcceptedText(text="Lutetia", weight=50)]
    assert text.feedback == {"Paris": "Right & good", "*": "No"}
    assert [(n.low, n.high) for n in number.numbers] == [(Decimal("3.13"), Decimal("3.15"))]
    assert [(o.text, o.correct) for o in choice.options] == [("salty", False), ("sweet } ~ #", True)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{2:SA:=a} and {1:SAC:=b}", "weights of blanks"),
        ("{2:SA:=a} and {1:SAC:=b}", "Upper and lower case"),
        ("{1:MULTIRESPONSE:=a~=b}", "type MULTIRESPONSE"),
        ("No blank", "without blanks"),
    ],
)
def test_what_moodle_blanks_cannot_say_here_is_a_loss(text: str, sentence: str) -> None:
    assert sentence in moodle("cloze", text).lost


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{1:SA:}", "Blank 1: "),
        ("{1:SA:a*b}", "Wildcards"),
        ("{1:MC:%50%a~=b}", "all or nothing"),
        ("{1:NM:=x}", "must be like 3.14"),
        ("{1:SA:=a} [[2]]", "[[1]], [[2]] and so on"),
        ("{1:SA:=a}" * 21, "at most 20 blanks"),
    ],
)
def test_moodle_blanks_that_cannot_be_graded_are_refused(text: str, sentence: str) -> None:
    found = moodle("cloze", text)

    assert sentence in found.reasons
    assert found.drafts == []


def test_qti_pairs_by_match_and_by_map() -> None:
    sets = "".join(
        f"<simpleMatchSet>{''.join(f'<simpleAssociableChoice identifier={name!r} matchMax={n!r}>{name}</simpleAssociableChoice>' for name in names)}</simpleMatchSet>"
        for n, names in (("1", ["P", "Q"]), ("4", ["x", "y", "z"]))
    )
    body = f'<matchInteraction responseIdentifier="R"><prompt>Match</prompt>{sets}</matchInteraction>'
    declared = '<responseDeclaration identifier="R" cardinality="multiple" baseType="directedPair">{}</responseDeclaration>'
    correct = "<correctResponse><value>Q x</value><value>P y</value></correctResponse>"
    mapping = (
        '<mapping><mapEntry mapKey="P y" mappedValue="1"/><mapEntry mapKey="Q x" mappedValue="1"/></mapping>'
    )

    strict, shared = qti(declared.format(correct), body), qti(declared.format(mapping), body)

    assert (one(strict).kind, one(strict).prompt) == (QuestionKind.MATCHING, "Match")
    assert pairs(one(strict).key) == pairs(one(shared).key) == [("P", "y"), ("Q", "x")]
    assert "all or nothing is not kept" in strict.lost
    assert shared.losses == []
    assert "no right option" in qti(declared.format(correct.replace("P y", "P w")), body).reasons


def test_qti_orders() -> None:
    choices = "".join(f'<simpleChoice identifier="{name}">{name}</simpleChoice>' for name in "ABC")
    body = f'<orderInteraction responseIdentifier="R"><prompt>Sort</prompt>{choices}</orderInteraction>'
    declared = '<responseDeclaration identifier="R" cardinality="ordered" baseType="identifier"><correctResponse>{}</correctResponse></responseDeclaration>'

    found = qti(declared.format("".join(f"<value>{name}</value>" for name in "CAB")), body)

    assert (one(found).kind, one(found).key.ordered) == (QuestionKind.ORDERING, True)
    assert [option.text for option in one(found).key.options] == ["C", "A", "B"]
    assert "name each choice once" in qti(declared.format("<value>C</value>"), body).reasons


def test_qti_gaps_become_blanks() -> None:
    declared = (
        '<responseDeclaration identifier="A" cardinality="single" baseType="string"><mapping>'
        '<mapEntry mapKey="York" mappedValue="1" caseSensitive="false"/></mapping></responseDeclaration>'
        '<responseDeclaration identifier="B" cardinality="single" baseType="identifier">'
        "<correctResponse><value>w</value></correctResponse></responseDeclaration>"
    )
    body = (
        '<p>Sun of <textEntryInteraction responseIdentifier="A"/>, now is the <inlineChoiceInteraction responseIdentifier="B">'
        '<inlineChoice identifier="s">summer</inlineChoice><inlineChoice identifier="w">winter</inlineChoice>'
        "</inlineChoiceInteraction>.</p>"
    )

    found = qti(declared, body)

    text, choice = one(found).key.blanks
    assert (one(found).kind, one(found).prompt) == (QuestionKind.CLOZE, "Sun of [[1]], now is the [[2]].")
    assert text.texts == [AcceptedText(text="York", weight=100)]
    assert [(o.text, o.correct) for o in choice.options] == [("summer", False), ("winter", True)]


def test_tables_hold_pairs_and_orders() -> None:
    found = file_readers.read(
        CSV,
        "kind,question,option1,match1,option2,match2,option3,match3\n"
        "MATCHING,Match,Norway,Oslo,Italy,Rome,Spain,\n"
        "ORDERING,Sort,a,,b,,c,\n"
        "CLOZE,Fill [[1]],a,,,,,\n"
        "MATCHING,Lost,Norway,Oslo,Italy,Rome,,Nowhere\n",
    )

    matching, ordering = found.drafts
    assert pairs(matching.key) == [("Oslo", "Norway"), ("Rome", "Italy")]
    assert [option.text for option in matching.key.options] == ["Norway", "Italy", "Spain"]
    assert ([option.text for option in ordering.key.options], ordering.key.ordered) == (["a", "b", "c"], True)
    assert "Questions with blanks are not supported" in found.lost
    assert "has no option" in found.reasons
