"""Markup of QTI: one spelling for the names of all versions, and the content of an item as HTML."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape

from domain.imports.formats.rich_texts import ELEMENTS
from domain.imports.guards.xml_documents import AnyElement

_PREFIX = "qti-"
_HYPHEN = re.compile(r"-([a-z0-9])")
BLANK = "_____"
OUR_TOOL = "QuestPath"
"""The tool that wrote an item: in ours the title is the name of the question, which no identifier can hold."""
OUR_GAP = "RESPONSE-"
"""How we name the responses of gaps, with the number after it."""
INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_VOID = {"img", "br", "hr", "col"}
_FEEDBACK = {"feedbackInline", "feedbackBlock", "modalFeedback", "rubricBlock", "stylesheet", "catalogInfo"}
"""Parts of an item that are no part of its prompt."""


def in_one_spelling(item: AnyElement) -> None:
    """Give all elements and attributes of an item their names in versions 2: `simpleChoice` for `qti-simple-choice`."""
    for element in item.iter():
        element.tag = _spelled(element.tag)
        if any("-" in name for name in element.keys()):  # noqa: SIM118 - an element is no mapping
            named = {_spelled(name): value for name, value in element.items()}
            element.attrib.clear()
            element.attrib.update(named)


def name_of(element: AnyElement) -> str:
    """Return the name of an element."""
    return element.tag


def attribute(element: AnyElement, name: str, default: str = "") -> str:
    """Return an attribute by its name in versions 2."""
    return element.get(name, default)


def children(element: AnyElement, name: str) -> Iterator[AnyElement]:
    """Yield the children of a name."""
    return (child for child in element if name_of(child) == name)


def child(element: AnyElement, name: str) -> AnyElement | None:
    """Return the first child of a name."""
    return next(children(element, name), None)


def text_of(element: AnyElement | None) -> str:
    """Return the text of an element without its tags."""
    return "" if element is None else "".join(element.itertext()).strip()


def preformatted(element: AnyElement) -> str | None:
    """Return the text of an element that holds one `pre` of text and nothing else: it stays as it is."""
    element = _content(element)
    inner = [each for each in element if not only_answers(each)]
    if len(inner) != 1 or name_of(inner[0]) != "pre" or len(inner[0]):
        return None
    if any((text or "").strip() for text in (element.text, *(each.tail for each in element))):
        return None
    return inner[0].text or ""


def bare_line(element: AnyElement) -> str | None:
    """Return the text of an element that holds nothing but text, or one paragraph of text: no HTML has to be read."""
    element = _content(element)
    if len(element) == 1 and element[0].tag == "p" and not (element.text or "").strip():
        if (element[0].tail or "").strip():
            return None
        element = element[0]
    return None if len(element) else " ".join((element.text or "").split())


def only_answers(element: AnyElement) -> bool:
    """Tell whether an element is a field for the answer and nothing else: no gap in a text, and no prompt."""
    if name_of(element).endswith("Interaction"):
        return name_of(element) not in INLINE and child(element, "prompt") is None
    holds_one = len(element) == 1 and name_of(element[0]) in INLINE
    return holds_one and not ((element.text or "") + (element[0].tail or "")).strip()


def html_of(element: AnyElement, *, of_interaction: Callable[[AnyElement], str] | None = None) -> str:
    """Return the content of an element as HTML, without feedback; `of_interaction` says what stands for one."""
    element = _content(element)
    parts = [escape(element.text or "", quote=False)]
    for inner in element:
        parts += _written(inner, of_interaction)
        parts.append(escape(inner.tail or "", quote=False))
    return "".join(parts)


def _content(element: AnyElement) -> AnyElement:
    """Return the element inside which version 3.0 writes the content of feedback, else the element itself."""
    inner = child(element, "contentBody")
    return element if inner is None else inner


def _written(element: AnyElement, of_interaction: Callable[[AnyElement], str] | None) -> Iterator[str]:
    name = name_of(element)
    if name in _FEEDBACK or only_answers(element):
        return
    if name.endswith("Interaction"):
        yield of_interaction(element) if of_interaction else ""
        return
    if name not in ELEMENTS and name != "math":
        yield html_of(element, of_interaction=of_interaction)
        return
    shown = "".join(
        f' {key}="{escape(value)}"' for key in ("src", "alt") if (value := element.get(key)) is not None
    )
    yield f"<{name}{shown}>"
    if name not in _VOID:
        yield html_of(element, of_interaction=of_interaction)
        yield f"</{name}>"


@lru_cache(maxsize=1024)
def _spelled(name: str) -> str:
    plain = name.rpartition("}")[2].removeprefix(_PREFIX)
    return _HYPHEN.sub(lambda found: found.group(1).upper(), plain)
