"""Text encodings: a text is the same in every Unicode encoding, and no other encoding is guessed."""

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


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Où est née l'élève ? {T}\n", "latin-1"),
        (TEXT, "cp1252"),
        ("Какой порт использует протокол?\n{=443 ~80}\n", "cp1251"),
        ("Какой порт использует протокол?\n{=443 ~80}\n", "koi8_r"),
        ("מה בירת צרפת?\n{=פריז ~רומא}\n", "cp1255"),
        ("默认情况下使用哪个端口?\n{=443 ~80}\n", "gb18030"),
    ],
)
def test_a_text_of_an_older_system_is_refused_with_what_to_do(content: str, encoding: str) -> None:
    with pytest.raises(UnreadableTextError, match="save the file as UTF-8"):
        text_encodings.decoded(io.BytesIO(content.encode(encoding)))


def test_a_letter_of_an_older_system_at_the_end_of_a_long_file_is_found() -> None:
    content = b"Is it so? {T}\n\n" * 50_000 + "Größe? {T}\n".encode("cp1252")

    assert "byte 750,003" in told(content)


def test_an_xml_document_keeps_to_the_encoding_that_it_declares() -> None:
    content = '<?xml version="1.0" encoding="ISO-8859-1"?><quiz>Où est née l\'élève ?</quiz>'

    assert told(content.encode("latin-1")) == "iso8859-1"


@pytest.mark.parametrize("declared", ["UTF-8", "rot13", "hex", "no-such-encoding"])
def test_an_xml_document_whose_declaration_does_not_help_is_refused(declared: str) -> None:
    content = f'<?xml version="1.0" encoding="{declared}"?><quiz>Größe</quiz>'

    assert "save the file as UTF-8" in told(content.encode("latin-1"))


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, b"\x80\x81\x00\xff" * 400])
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    assert "save the file as UTF-8" in told(content)


def told(content: bytes) -> str:
    """Return the encoding, or the refusal."""
    try:
        with text_encodings.decoded(io.BytesIO(content)).file:
            return text_encodings.encoding_of(io.BytesIO(content))[0]
    except UnreadableTextError as refused:
        return str(refused)
