"""Damaged files: whatever a file of a format holds, its reader reads it or says why not, and never raises."""

import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.content.question_kinds.table import QuestionKind
from domain.imports.exports.exported_files import ExportFormat, ExportLosses
from domain.imports.exports.file_table import FILE_KINDS
from domain.imports.readers import QuestionFileFormat, QuestionItem, RefusedItem, RoadmapFileFormat
from gateway.imports.format_table import ALL_QUESTION_FORMATS, ALL_ROADMAP_FORMATS
from tests.builders.decks import a_deck, a_newer_deck, a_note
from tests.builders.exported_questions import one_of_each_kind
from tests.support.file_readers import LIMITS
from tests.support.question_values import a_file

QUESTIONS = a_file(*one_of_each_kind().values())
WHOLE: dict[QuestionFileFormat, list[bytes]] = {
    QuestionFileFormat[each.value]: [FILE_KINDS[each].write(QUESTIONS, ExportLosses())]
    for each in ExportFormat
} | {QuestionFileFormat.ANKI: [deck(a_note("Q", "A"), a_note("R", "B")) for deck in (a_deck, a_newer_deck)]}
GRAPH = {
    "title": "T",
    "nodes": [{"id": "a", "type": "topic", "position": {"x": 1, "y": 2}, "data": {"label": "A"}}],
    "edges": [{"source": "a", "target": "b"}],
}
ROADMAPS = {
    RoadmapFileFormat.ROADMAP_SH: json.dumps(GRAPH),
    RoadmapFileFormat.MARKDOWN: "# T\n\ntext\n\n- [a](https://a.org)\n  - b\n\n| a | b |\n| - | - |\n| [c](x) | d |\n",
}


def test_every_format_and_every_kind_is_damaged() -> None:
    assert WHOLE.keys() == set(QuestionFileFormat)
    assert one_of_each_kind().keys() == set(QuestionKind)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    content = bytearray(whole)
    for place, value in draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=6)
    ):
        content[place] = value
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@pytest.mark.parametrize("format_", WHOLE)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_of_questions_is_read_or_refused(
    format_: QuestionFileFormat, data: st.DataObject
) -> None:
    content = data.draw(st.sampled_from(WHOLE[format_]).flatmap(damaged))
    if ALL_QUESTION_FORMATS[format_].is_text:  # such readers get text that was decoded
        content = content.decode("utf-8", "replace").replace("\r", "").encode()

    records = list(ALL_QUESTION_FORMATS[format_].read(BytesIO(content), limits=LIMITS))

    assert all(record.reason for record in records if isinstance(record, RefusedItem))
    assert all(record.draft.line >= 1 for record in records if isinstance(record, QuestionItem))


@pytest.mark.parametrize("format_", ROADMAPS)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_roadmap_is_read_or_refused(format_: RoadmapFileFormat, data: st.DataObject) -> None:
    content = data.draw(damaged(ROADMAPS[format_].encode()))

    read = ALL_ROADMAP_FORMATS[format_].read(BytesIO(content), limits=LIMITS)

    assert read.plan is not None or read.findings.refused


def test_a_package_of_another_method_is_refused_before_it_takes_memory() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("item.xml", "<assessmentItem/>")

    (record,) = ALL_QUESTION_FORMATS[QuestionFileFormat.QTI].read(packed, limits=LIMITS)

    assert isinstance(record, RefusedItem)
    assert "pack it by deflate" in record.reason


def test_a_package_whose_names_are_no_text_is_refused() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("\u00e9.xml", "<assessmentItem/>")
    content = bytearray(packed.getvalue())
    content[content.index(b"\xc3\xa9")] = 0x80

    (record,) = ALL_QUESTION_FORMATS[QuestionFileFormat.QTI].read(BytesIO(bytes(content)), limits=LIMITS)

    assert isinstance(record, RefusedItem)
    assert "cannot be unpacked" in record.reason
