"""Text encodings: what a file is written in is told, and its text is the same whatever that was."""

import codecs
import io

import pytest

from domain.imports import reports
from gateway.imports import text_encodings
from gateway.imports.text_encodings import UnreadableTextError

TEXT = "Wie groß ist die Größe?\n{=„zwölf“ ~fünf € oder mehr}\n" * 20


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r").encode(), "utf-8"),
    ],
)
def test_a_text_is_the_same_in_every_encoding_and_with_every_line_end(content: bytes, encoding: str) -> None:
    text = text_encodings.decoded(io.BytesIO(content))

    assert text.encoding == encoding
    assert text.file.read().decode() == TEXT
    assert text.content_hash == reports.content_hash(TEXT)
    text.file.close()


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "gb18030"])
def test_a_text_of_an_older_system_is_recognised(encoding: str) -> None:
    written = {
        "cp1252": TEXT,
        "cp1251": "Какой порт использует протокол по умолчанию?\n{=443 ~80}\n" * 20,
        "gb18030": "默认情况下使用哪个端口?\n{=443 ~80}\n" * 20,
    }[encoding]

    text = text_encodings.decoded(io.BytesIO(written.encode(encoding)))

    assert text.file.read().decode() == written
    text.file.close()


def test_a_letter_of_an_older_system_at_the_end_of_a_long_file_is_found() -> None:
    content = b"Is it so? {T}\n\n" * 50_000 + "Größe? {T}\n".encode("cp1252")

    text = text_encodings.decoded(io.BytesIO(content))

    assert text.encoding != "utf-8"
    assert text.file.read().decode().endswith("Größe? {T}\n")
    text.file.close()


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, b"\x80\x81\x00\xff" * 400])
def test_bytes_that_are_no_text_are_never_read_as_utf_8(content: bytes) -> None:
    assert told(content) != "utf-8"


def told(content: bytes) -> str:
    """Return the encoding, or the refusal."""
    try:
        with text_encodings.decoded(io.BytesIO(content)).file:
            return text_encodings.encoding_of(io.BytesIO(content))[0]
    except UnreadableTextError as refused:
        return str(refused)
