"""XML documents: elements come one by one with their lines; entities and depth are refused."""

import io

import pytest

from domain.imports.guards.harm import HarmfulFileError
from domain.imports.guards.xml_documents import XmlElement, elements, local_name
from domain.imports.readers import ReadLimits

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<quiz><question>&lol2;</question></quiz>"""
EXTERNAL = b"""<!DOCTYPE quiz [<!ENTITY passwords SYSTEM "file:///etc/passwd">]>
<quiz><question>&passwords;</question></quiz>"""


def read(content: bytes, name: str = "question", limits: ReadLimits | None = None) -> list[XmlElement]:
    found = elements(io.BytesIO(content), names=frozenset({name}), limits=limits or ReadLimits())
    return list(found)


def refusal(content: bytes, limits: ReadLimits | None = None) -> HarmfulFileError:
    with pytest.raises(HarmfulFileError) as refused:
        read(content, limits=limits)
    return refused.value


def test_elements_come_with_the_line_on_which_they_begin() -> None:
    one, two = read(b'<quiz>\n<question type="a"><name>\nx</name></question>\n\n<question/></quiz>')

    assert (one.line, two.line) == (2, 5)
    assert one.get("type") == "a"
    (name,) = one
    assert (local_name(name), name.text) == ("name", "\nx")


def test_names_with_a_namespace_are_found_by_their_local_part() -> None:
    (item,) = read(b'<q:set xmlns:q="urn:x"><q:question q:a="1"/></q:set>')

    assert item.tag == "{urn:x}question"
    assert item.get("{urn:x}a") == "1"


def test_an_element_inside_another_of_the_same_name_comes_with_the_outer_one() -> None:
    (outer,) = read(b"<quiz><question><question/></question></quiz>")

    assert len(outer) == 1


@pytest.mark.parametrize("bomb", [LAUGHS, EXTERNAL])
def test_entities_are_refused_where_they_are_declared(bomb: bytes) -> None:
    assert "entities" in refusal(bomb).reason


def test_a_document_that_refers_to_another_one_is_read_without_it() -> None:
    (question,) = read(b'<!DOCTYPE quiz SYSTEM "http://example.org/quiz.dtd"><quiz><question/></quiz>')

    assert question.tag == "question"


def test_ten_thousand_levels_are_refused_at_the_hundred_and_first() -> None:
    deep = b"<a>\n" * 10_000 + b"</a>" * 10_000

    refused = refusal(deep)

    assert "100 deep" in refused.reason
    assert refused.line == 101


def test_an_element_without_an_end_takes_no_more_memory_than_is_allowed() -> None:
    endless = b"<quiz><question>" + b"x" * 3_000

    assert "2,000 characters" in refusal(endless, ReadLimits(largest_media=1_000)).reason


@pytest.mark.parametrize("content", [b"", b"no xml", b"<quiz><question></quiz>", b"<quiz>\x00</quiz>"])
def test_what_is_not_xml_is_refused(content: bytes) -> None:
    assert "not XML" in refusal(content).reason


def test_an_unknown_encoding_is_refused() -> None:
    assert refusal(b'<?xml version="1.0" encoding="klingon"?><quiz/>').reason
