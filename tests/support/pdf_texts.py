"""Texts of PDF files, as pypdf reads them."""

import io
import re

from pypdf import PdfReader


def words_in(content: bytes) -> str:
    """Return the text of all pages, with single spaces."""
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
