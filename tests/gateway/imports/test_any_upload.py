"""Any upload: whatever the bytes of a file are, its type and its text are told or refused."""

import io
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from domain.imports.readers import ReadLimits
from domain.imports.reports import ImportKind
from gateway.imports import file_types, text_encodings
from gateway.imports.file_types import READ_ERRORS
from gateway.imports.text_encodings import UnreadableTextError

BEGINNINGS = [
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"PK\x03\x04",
    b"%PDF-",
    b"{",
]


@given(
    st.sampled_from(BEGINNINGS),
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(ImportKind),
    st.sampled_from(["a.gift", "a.json", "a.zip", "a", ".json", "a.GIFT", "\u202ea.gift"]),
)
def test_the_type_of_any_file_is_told_or_refused(
    beginning: bytes, rest: bytes, kind: ImportKind, filename: str
) -> None:
    file = io.BytesIO(beginning + rest)
    with suppress(*READ_ERRORS):
        told = file_types.type_of(file, filename=filename, kind=kind, wanted=None, limits=ReadLimits())
        assert told.format.label


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
def test_the_text_of_any_file_is_utf_8_without_carriage_returns(beginning: bytes, rest: bytes) -> None:
    with suppress(UnreadableTextError), text_encodings.decoded(io.BytesIO(beginning + rest)).file as text:
        read = text.read()
        assert b"\r" not in read
        assert read.decode("utf-8", "surrogatepass") is not None
