"""Any bytes: whatever a file holds, a guard reads it or refuses it with a sentence."""

import io
import zipfile
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from domain.imports import gift
from domain.imports.guards.archives import Archive
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.guards.xml_documents import elements
from domain.imports.readers import QuestionItem, ReadLimits
from domain.media.image_types import ImageRefusedError, facts_of
from tests.builders.images import gif, jpeg, png, webp

LIMITS = ReadLimits()
IMAGES = [png(), gif(), jpeg(), webp(), webp(form=b"VP8L"), webp(form=b"VP8 ")]


def a_package() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", b"<manifest/>" * 20)
        archive.writestr("images/one.png", png())
    return target.getvalue()


PACKAGE = a_package()


@st.composite
def damaged(draw: st.DrawFn, whole: list[bytes]) -> bytes:
    """Draw one of some files with a few bytes changed, and perhaps cut off."""
    content = bytearray(draw(st.sampled_from(whole)))
    for place, value in draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)))):
        content[place] = value
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@given(damaged([PACKAGE]))
def test_a_damaged_package_is_read_or_refused(content: bytes) -> None:
    with suppress(HarmfulFileError):
        archive = Archive(io.BytesIO(content), limits=LIMITS)
        for name in archive.names:
            assert len(archive.read(name)) <= LIMITS.largest_entry


@given(damaged([b"<quiz>\n<question type='a'><name>x</name></question></quiz>", b"<a/>"]))
def test_a_damaged_document_is_read_or_refused(content: bytes) -> None:
    with suppress(HarmfulFileError):
        found = list(elements(io.BytesIO(content), names=frozenset({"question"}), limits=LIMITS))
        assert all(element.line >= 1 for element in found)


@given(damaged(IMAGES) | st.binary(max_size=60))
def test_a_damaged_image_is_told_or_refused(content: bytes) -> None:
    with suppress(ImageRefusedError):
        facts = facts_of(content, largest=1_000)
        assert facts.width > 0 < facts.height


@given(st.text(max_size=200) | st.text(alphabet="{}=~#:\\\n%T ab1$/", max_size=300))
def test_any_text_is_read_as_gift_with_growing_lines(text: str) -> None:
    source = io.BytesIO(text.replace("\r", "").encode("utf-8", "surrogatepass"))

    records = list(gift.read(source, limits=ReadLimits(most_items=20)))

    lines = [record.draft.line for record in records if isinstance(record, QuestionItem)]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
