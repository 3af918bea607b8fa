"""QTI: items of versions 2 and 3, packages, and what is left out or refused."""

import io
import zipfile
from decimal import Decimal

import pytest

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.table import QuestionKind
from domain.imports.readers import QuestionFileFormat, ReadLimits
from tests.support import file_readers
from tests.support.file_readers import Found

FORMAT = QuestionFileFormat.QTI
V2 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MATCH = (
    '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
)
MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'
CHOICES = (
    '<simpleChoice identifier="A">Milan</simpleChoice>'
    '<simpleChoice identifier="B">Rome<feedbackInline outcomeIdentifier="F" identifier="B" showHide="show">Yes'
    "</feedbackInline></simpleChoice>"
)


def declared(*correct: str, cardinality: str = "single", base: str = "identifier", mapping: str = "") -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>"
    )


def choice(choices: str = CHOICES, *, most: int = 1, shuffle: str = "true") -> str:
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="{most}" shuffle="{shuffle}">'
        f"<prompt>Capital of <b>Italy</b>?</prompt>{choices}</choiceInteraction>"
    )


def item(
    declaration: str, body: str, processing: str = MATCH, *, name: str = "capital", attributes: str = ""
) -> str:
    return (
        f'<assessmentItem xmlns="{V2}" identifier="{name}" title="Capital" adaptive="false" timeDependent="false" {attributes}>'
        f'{declaration}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def package(**files: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_png", ".png"), text)
    return content.getvalue()


def manifest(*names: str, kind: str = "imsqti_item_xmlv2p2") -> str:
    resources = "\n".join(
        f'<resource identifier="R{place}" type="{kind}" href="{name}"/>' for place, name in enumerate(names)
    )
    return f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>\n{resources}</resources></manifest>'


def read(content: str | bytes) -> Found:
    return file_readers.read(FORMAT, content)


def test_a_single_choice_with_feedback_inside_an_option() -> None:
    draft = file_readers.read_one(FORMAT, item(declared("B"), choice()))

    assert (draft.kind, draft.name, draft.prompt) == (
        QuestionKind.SINGLE_CHOICE,
        "capital",
        "Capital of Italy?",
    )
    assert [(o.text, o.correct, o.feedback) for o in draft.key.options] == [
        ("Milan", False, ""),
        ("Rome", True, "Yes"),
    ]


def test_match_of_several_options_is_all_or_nothing() -> None:
    draft = file_readers.read_one(FORMAT, item(declared("A", "B", cardinality="multiple"), choice(most=0)))

    assert (draft.kind, draft.key.all_or_nothing) == (QuestionKind.MULTIPLE_CHOICE, True)


def test_a_mapping_with_equal_shares_is_a_partial_multiple_choice() -> None:
    mapping = (
        '<mapping lowerBound="0" defaultValue="-1"><mapEntry mapKey="A" mappedValue="1"/>'
        '<mapEntry mapKey="B" mappedValue="1"/></mapping>'
    )
    choices = CHOICES + '<simpleChoice identifier="C">Rom</simpleChoice>'

    found = read(item(declared(cardinality="multiple", mapping=mapping), choice(choices, most=0), MAP))

    assert [o.correct for o in found.drafts[0].key.options] == [True, True, False]
    assert found.drafts[0].key.all_or_nothing is False
    assert "Penalties" not in found.lost


def test_a_partly_right_option_of_a_single_choice_is_refused() -> None:
    mapping = (
        '<mapping><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="2"/></mapping>'
    )

    assert "earns all or nothing" in read(item(declared(mapping=mapping), choice(), MAP)).reasons


def test_true_and_false_by_name_and_text_are_a_statement() -> None:
    choices = '<simpleChoice identifier="true">True</simpleChoice><simpleChoice identifier="false">False</simpleChoice>'

    draft = file_readers.read_one(FORMAT, item(declared("false"), choice(choices, shuffle="false")))

    assert (draft.kind, draft.key.truth) == (QuestionKind.TRUE_FALSE, False)


def test_a_text_entry_leaves_a_gap_and_its_mapping_has_weights() -> None:
    mapping = '<mapping><mapEntry mapKey="York" mappedValue="2"/><mapEntry mapKey="york" mappedValue="1"/><mapEntry mapKey="Yorck" mappedValue="1"/></mapping>'
    body = '<p>sun of <textEntryInteraction responseIdentifier="RESPONSE"/>;<br/>And</p>'

    found = read(item(declared("York", base="string", mapping=mapping), body, MAP))

    (draft,) = found.drafts
    assert (draft.kind, draft.prompt) == (QuestionKind.SHORT_TEXT, "sun of _____;\nAnd")
    assert draft.key.texts == [AcceptedText(text="York", weight=100), AcceptedText(text="Yorck", weight=50)]
    assert "Upper and lower case" in found.lost


def test_numbers_by_match_and_by_tolerance() -> None:
    body = '<p>Pi?</p><p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    near = (
        "<responseProcessing><responseCondition><responseIf>"
        '<equal toleranceMode="absolute" tolerance="0.01 0.02"><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )

    exact = file_readers.read_one(FORMAT, item(declared("3.14", base="float"), body))
    close = file_readers.read_one(FORMAT, item(declared("3.14", base="float"), body, near))

    assert (exact.kind, exact.prompt) == (QuestionKind.NUMERIC, "Pi?")
    assert [(n.low, n.high) for n in exact.key.numbers] == [(Decimal("3.14"), Decimal("3.14"))]
    assert [(n.low, n.high) for n in close.key.numbers] == [(Decimal("3.13"), Decimal("3.16"))]


def test_version_three_spells_its_names_with_hyphens() -> None:
    text = (
        f'<qti-assessment-item xmlns="{V3}" identifier="q" title="Q">'
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        "<qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>"
        '<qti-item-body><p>Capital?</p><qti-choice-interaction response-identifier="RESPONSE" max-choices="1" shuffle="true">'
        '<qti-simple-choice identifier="A">Milan</qti-simple-choice><qti-simple-choice identifier="B">Rome</qti-simple-choice>'
        "</qti-choice-interaction></qti-item-body>"
        '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
        "</qti-assessment-item>"
    )

    draft = file_readers.read_one(FORMAT, text)

    assert (draft.prompt, [o.correct for o in draft.key.options]) == ("Capital?", [False, True])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (item(declared(), '<extendedTextInteraction responseIdentifier="RESPONSE"/>'), "Essays are"),
        (
            item(declared(), '<div><gapMatchInteraction responseIdentifier="RESPONSE"/></div>'),
            "Matching gaps is",
        ),
        (item(declared(), "<p>Only a text</p>"), "Descriptions are"),
        (item(declared("A"), choice() + choice()), "several interactions"),
        (item(declared("A"), choice()).replace('adaptive="false"', 'adaptive="true"'), "Adaptive"),
        (item('<templateDeclaration identifier="n"/>' + declared("A"), choice()), "drawn at random"),
        (item(declared(), choice(), "<responseProcessing/>"), "without a right answer"),
        (
            item(declared("A"), choice(), "<responseProcessing><lookupOutcomeValue/></responseProcessing>"),
            "program",
        ),
        (item(declared("A"), "<p><m:math xmlns:m='x'><m:mi>x</m:mi></m:math></p>" + choice()), "MathML"),
    ],
)
def test_what_does_not_exist_here_is_left_out_by_name(text: str, reason: str) -> None:
    found = read(text)

    assert (found.drafts, found.refused) == ([], [])
    assert reason in found.lost


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (item(declared("X"), choice()), "The right answer X is not among the answers"),
        (
            item(declared("A"), choice()).replace('identifier="RESPONSE" card', 'identifier="R" card'),
            "is not declared",
        ),
        ("<questestinterop><item/></questestinterop>", "QTI 1 is not supported"),
        ("<other/>", "no item of QTI"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><assessmentItem>&x;</assessmentItem>', "entities"),
        ("<assessmentItem>" + "<p>" * 10_000, "nested"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, reason: str) -> None:
    found = read(text)

    assert found.drafts == []
    assert reason in found.reasons


def test_a_package_is_read_in_the_order_of_its_manifest_with_its_pictures() -> None:
    second = item(declared("B"), '<p>See <img src="images/a.png" alt="a map"/></p>' + choice(), name="second")
    content = package(
        items__one_xml=second,
        items__two_xml=item(declared("A"), choice(), name="first"),
        items__images__a_png=b"\x89PNG",
        imsmanifest_xml=manifest("items/two.xml", "items/one.xml"),
    )

    found = read(content)

    assert [draft.name for draft in found.drafts] == ["first", "second"]
    assert found.items[1].media == ("items/images/a.png",)
    assert [(media.name, media.content) for media in found.media] == [("items/images/a.png", b"\x89PNG")]


def test_equal_identifiers_of_a_package_are_refused() -> None:
    content = package(
        one_xml=item(declared("B"), choice()),
        two_xml=item(declared("A"), choice()),
        imsmanifest_xml=manifest("one.xml", "two.xml"),
    )

    found = read(content)

    assert len(found.drafts) == 1
    assert "capital (two.xml)" in found.reasons
    assert "has the same id" in found.reasons


def test_a_file_that_the_manifest_names_and_the_package_lacks_is_refused() -> None:
    found = read(
        package(one_xml=item(declared("B"), choice()), imsmanifest_xml=manifest("one.xml", "two.xml"))
    )

    assert [draft.name for draft in found.drafts] == ["capital"]
    assert "two.xml: The manifest names this file" in found.reasons


def test_a_package_without_manifest_is_read_document_by_document() -> None:
    found = read(package(one_xml=item(declared("B"), choice()), two_xml="<broken>"))

    assert [draft.name for draft in found.drafts] == ["capital"]
    assert "two.xml" in found.reasons


def test_a_package_that_is_too_large_when_it_is_unpacked_is_refused() -> None:
    content = package(one_xml=item(declared("B"), choice()))

    found = file_readers.read(FORMAT, content, ReadLimits(largest_content=10))

    assert found.drafts == []
    assert "unpacked" in found.reasons
