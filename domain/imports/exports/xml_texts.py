"""XML texts: characters that XML can hold, escaped for texts and attributes."""

import re
from html import escape

from domain.imports.question_drafts import QuestionDraft

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
LEFT_OUT = "Left out: it holds a character that XML cannot hold."
_SPACES = str.maketrans({"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
"""White space that a parser of XML turns into a space in attributes."""
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fits(question: QuestionDraft) -> bool:
    """Tell whether XML can hold every character of a question."""
    texts = [question.name, question.prompt, question.explanation, *question.key.all_texts()]
    texts += [picture.alt for picture in question.pictures]
    return not any(_ILLEGAL.search(text) for text in texts)


def text(value: str) -> str:
    """Return a text as the content of an element."""
    return escape(value.replace("\r\n", "\n"), quote=False).replace("\r", "&#13;")


def attribute(value: str) -> str:
    """Return a text as the value of an attribute, with its quotes."""
    escaped = escape(value.replace("\r\n", "\n")).translate(_SPACES)
    return f'"{escaped}"'
