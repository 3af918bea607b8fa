"""Items of QTI: a question and its key."""

from dataclasses import replace

from domain.content.question_kinds.cloze import marker
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.imports.formats import weighted_answers
from domain.imports.formats.found_questions import left_out
from domain.imports.formats.qti import arrangements, scores
from domain.imports.formats.qti.arrangements import NUMBERS
from domain.imports.formats.qti.markup import (
    BLANK,
    INLINE,
    OUR_GAP,
    OUR_TOOL,
    attribute,
    bare_line,
    child,
    children,
    html_of,
    name_of,
    preformatted,
)
from domain.imports.formats.qti.scores import MATCH, RANGES, Response
from domain.imports.formats.rich_texts import HtmlCleaner, RichTexts
from domain.imports.formats.weighted_answers import WeightedAnswer
from domain.imports.guards.xml_documents import AnyElement
from domain.imports.question_drafts import QuestionDraft

_NO_KINDS = {
    "associateInteraction": "Associating is",
    "customInteraction": "Interactions of other systems are",
    "drawingInteraction": "Drawing is",
    "extendedTextInteraction": "Essays are",
    "gapMatchInteraction": "Matching gaps is",
    "graphicAssociateInteraction": "Associating on a picture is",
    "graphicGapMatchInteraction": "Matching gaps on a picture is",
    "graphicOrderInteraction": "Ordering on a picture is",
    "hotspotInteraction": "Choosing on a picture is",
    "hottextInteraction": "Choosing in a text is",
    "mediaInteraction": "Playing media is",
    "portableCustomInteraction": "Interactions of other systems are",
    "positionObjectInteraction": "Placing objects is",
    "selectPointInteraction": "Choosing a point is",
    "sliderInteraction": "A slider is",
    "uploadInteraction": "Uploading files is",
}
_ARRANGED = {
    "matchInteraction": (QuestionKind.MATCHING, arrangements.pairs),
    "orderInteraction": (QuestionKind.ORDERING, arrangements.order),
}
EXPLANATIONS = {"EXPLANATION", "SOLUTION"}
_CHOICES = {"simpleChoice", "inlineChoice"}
_TRUTHS = ("true", "false")


class ItemReading:
    """Reads one item; `texts` knows the pictures that it shows."""

    def __init__(self, item: AnyElement, clean: HtmlCleaner) -> None:
        self._item = item
        self.losses: list[str] = []
        self.texts = RichTexts(clean, self.losses)

    def draft(self, draft: QuestionDraft) -> QuestionDraft:
        """Return the question; raises UnreadableError."""
        found = self._interactions()
        if len(found) > 1 or self._is_our_gap(found[0]):
            return self._gaps(draft, found)
        (interaction,) = found
        declared = scores.response(self._item, attribute(interaction, "responseIdentifier"))
        body = child(self._item, "itemBody")
        draft = replace(draft, prompt=self._read(body) if body is not None else "")
        draft = replace(draft, explanation=self._explanation())
        if name_of(interaction) in _ARRANGED:
            return self._arranged(draft, interaction, declared)
        read = self._text_entry if name_of(interaction) == "textEntryInteraction" else self._choice
        return read(draft, interaction, declared)

    def _is_our_gap(self, interaction: AnyElement) -> bool:
        """Tell whether we wrote a text with one gap; one of others is a question with a missing word."""
        is_ours = attribute(self._item, "toolName") == OUR_TOOL
        return is_ours and attribute(interaction, "responseIdentifier") == f"{OUR_GAP}1"

    def _arranged(self, draft: QuestionDraft, interaction: AnyElement, declared: Response) -> QuestionDraft:
        kind, read = _ARRANGED[name_of(interaction)]
        key = read(self._item, interaction, declared, self._read, self.losses)
        return replace(draft, kind=kind, key=key)

    def _gaps(self, draft: QuestionDraft, interactions: list[AnyElement]) -> QuestionDraft:
        """Read a text with several gaps, each of which becomes a blank."""
        markers = {id(each): marker(number) for number, each in enumerate(interactions, start=1)}
        body = child(self._item, "itemBody")
        source = "" if body is None else html_of(body, of_interaction=lambda each: markers.get(id(each), ""))
        key = arrangements.gaps(self._item, interactions, self._read, self.losses)
        prompt, explanation = self.texts.html(source), self._explanation()
        return replace(draft, kind=QuestionKind.CLOZE, prompt=prompt, explanation=explanation, key=key)

    def _interactions(self) -> list[AnyElement]:
        """Return the only interaction of the item, which must be one that exists here, or several gaps in its text."""
        if attribute(self._item, "adaptive") == "true":
            raise left_out("Adaptive items are")
        names = [name_of(each) for each in self._item]
        if "templateDeclaration" in names or "templateProcessing" in names:
            raise left_out("Items with values drawn at random are")
        found = [each for each in self._item.iter() if each.tag.endswith("Interaction")]
        if not found:
            raise left_out("Descriptions are")
        for each in found:
            if name_of(each) in _NO_KINDS:
                raise left_out(_NO_KINDS[name_of(each)])
        if len(found) > 1 and not all(name_of(each) in INLINE for each in found):
            raise left_out("Items with several interactions are")
        if name_of(found[0]) not in {"choiceInteraction", *INLINE, *_ARRANGED}:
            raise left_out(f"The interaction {name_of(found[0])[:40]} is")
        return found

    def _read(self, element: AnyElement) -> str:
        line = bare_line(element)
        if line is not None:
            return line
        as_it_is = preformatted(element)
        if as_it_is is not None:
            return self.texts.plain(as_it_is)
        return self.texts.html(html_of(element, of_interaction=_stand_in))

    def _choice(self, draft: QuestionDraft, interaction: AnyElement, declared: Response) -> QuestionDraft:
        choices = [each for each in interaction if name_of(each) in _CHOICES]
        weighted_answers.check_number(choices)
        names = [attribute(each, "identifier") for each in choices]
        by = scores.way(self._item, declared)
        if by == RANGES:
            raise left_out("Items that are scored by a program of their own are")
        weights = scores.weights(declared, names, by=by)
        feedback = [self._feedback(each, name) for each, name in zip(choices, names, strict=True)]
        texts = [self._read(each) for each in choices]
        if declared.is_single and _is_statement(names, texts):
            said = {name.lower(): text for name, text in zip(names, feedback, strict=True) if text}
            truth = dict(zip((name.lower() for name in names), weights, strict=True))["true"] > 0
            return replace(draft, kind=QuestionKind.TRUE_FALSE, key=KeyDraft(truth=truth, feedback=said))
        answers = [
            WeightedAnswer(text=text, weight=weight, feedback=said)
            for text, weight, said in zip(texts, weights, feedback, strict=True)
        ]
        if attribute(interaction, "shuffle", "true").lower() != "true":
            self.losses.append("The order of the options is not kept; it is random here.")
        if declared.is_single:
            key = weighted_answers.single_choice(answers, self.losses)
            return replace(draft, kind=QuestionKind.SINGLE_CHOICE, key=key)
        key = weighted_answers.multiple_choice(answers, self.losses, all_or_nothing=by == MATCH)
        return replace(draft, kind=QuestionKind.MULTIPLE_CHOICE, key=key)

    def _text_entry(
        self, draft: QuestionDraft, _interaction: AnyElement, declared: Response
    ) -> QuestionDraft:
        by = scores.way(self._item, declared)
        if by == RANGES:
            key = KeyDraft()
            for accepted in scores.ranges(self._item, declared):
                weighted_answers.add_number(key, accepted)
            weighted_answers.refuse_hidden(key)
            return replace(draft, kind=QuestionKind.NUMERIC, key=key)
        values = list(dict.fromkeys(declared.correct if by == MATCH else declared.mapped))
        answers = [
            WeightedAnswer(text=value, weight=weight)
            for value, weight in zip(values, scores.weights(declared, values, by=by), strict=True)
            if weight >= 0
        ]
        if declared.base_type in NUMBERS:
            key = weighted_answers.numbers([(answer, "0") for answer in answers])
            return replace(draft, kind=QuestionKind.NUMERIC, key=key)
        if by == MATCH or declared.is_case_sensitive:
            self.losses.append("Upper and lower case are not told apart here.")
        key = weighted_answers.short_text(weighted_answers.best_of_equals(answers), wildcards=False)
        return replace(draft, kind=QuestionKind.SHORT_TEXT, key=key)

    def _feedback(self, choice: AnyElement, name: str) -> str:
        """Return what is said to those who choose an option, inside of it or after the item."""
        for said in (*choice.iter(), *children(self._item, "modalFeedback")):
            if not name_of(said).endswith(("feedbackInline", "feedbackBlock", "modalFeedback")):
                continue
            if attribute(said, "identifier") == name and attribute(said, "showHide", "show") == "show":
                return self._read(said)
        return ""

    def _explanation(self) -> str:
        for said in self._item.iter():
            is_feedback = name_of(said) in {"modalFeedback", "feedbackBlock"}
            if is_feedback and attribute(said, "outcomeIdentifier") in EXPLANATIONS:
                return self._read(said)
        return ""


def _is_statement(names: list[str], texts: list[str]) -> bool:
    """Tell whether the options are true and false, by name and by text."""
    return sorted(name.lower() for name in names) == sorted(_TRUTHS) == sorted(text.lower() for text in texts)


def _stand_in(interaction: AnyElement) -> str:
    """Return what stands in the prompt for an interaction: a blank in a line, else the prompt of the interaction."""
    if name_of(interaction) in INLINE:
        return BLANK
    prompt = child(interaction, "prompt")
    return "" if prompt is None else f"<div>{html_of(prompt)}</div>"
