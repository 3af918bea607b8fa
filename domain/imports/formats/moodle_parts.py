"""Moodle's parts: the pairs and orders of its questions, the text of an element, and the kinds that are left out."""

from collections.abc import Callable

from domain.content.question_kinds.gift_pairs import paired
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft
from domain.imports.formats import weighted_answers
from domain.imports.guards.xml_documents import AnyElement, XmlElement

NO_KINDS = {
    "essay": "Essays are",
    "description": "Descriptions are",
    "ddwtos": "Dragging words into a text is",
    "gapselect": "Selecting missing words is",
    "ddimageortext": "Dragging onto a picture is",
    "ddmarker": "Dragging markers is",
    "randomsamatch": "Random matching is",
    "calculated": "Calculated questions are",
    "calculatedsimple": "Calculated questions are",
    "calculatedmulti": "Calculated questions are",
}
_ALL_ITEMS = {"all", "0"}
_NEIGHBOURS = "relative_next_exclude_last"
"""Moodle's way of grading an ordering that is ours, by its name or its number."""
Read = Callable[[AnyElement | None], str]


def text_of(element: AnyElement | None) -> str:
    """Return the text of an element, or of the `text` inside it."""
    if element is None:
        return ""
    inner = element.find("text")
    return "".join((element if inner is None else inner).itertext())


def pairs(element: XmlElement, read: Read, plain: Callable[[str], str]) -> KeyDraft:
    """Read prompts with their options, which are no HTML; one without a prompt is an option that belongs to none."""
    found = list(element.iterfind("subquestion"))
    weighted_answers.check_number(found)
    return paired([(read(each), plain(text_of(each.find("answer")))) for each in found])


def order(element: XmlElement, read: Read, setting: Callable[[str, str], str], losses: list[str]) -> KeyDraft:
    """Read options in their right order."""
    found = list(element.iterfind("answer"))
    weighted_answers.check_number(found)
    if setting("selecttype", "all") not in _ALL_ITEMS:
        losses.append("A selection of the items is not kept; all are put in order.")
    if setting("gradingtype", _NEIGHBOURS) not in {_NEIGHBOURS, "1"}:
        losses.append("The way of grading is not kept; each right neighbour earns its share.")
    options = [
        OptionDraft(text=read(each), correct=False, feedback=read(each.find("feedback"))) for each in found
    ]
    return KeyDraft(options=options, ordered=True)


def categories(element: AnyElement) -> tuple[str, ...]:
    """Return the names of a category from the outermost one in, without Moodle's own first parts."""
    parts = (part.strip() for part in text_of(element.find("category")).split("/"))
    return tuple(part for part in parts if part and part not in {"$course$", "$module$", "$system$", "top"})
