"""QTI files: writes questions as a package of QTI 3.0, one item a file."""

import io
import zipfile
from collections.abc import Iterator

from domain.content.question_kinds.key_drafts import FULL
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.exports import qti_arrangements
from domain.imports.exports.exported_files import ExportLosses, named_once
from domain.imports.exports.qti_arrangements import ARRANGED
from domain.imports.exports.xml_texts import DECLARATION, LEFT_OUT, attribute, fits, text
from domain.imports.formats.qti.markup import OUR_TOOL
from domain.imports.question_drafts import QuestionDraft, QuestionFile

_NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_MANIFEST_NAMESPACE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_MOMENT = (2020, 1, 1, 0, 0, 0)
"""The time of every file of a package: the same questions are the same bytes."""
_CHOICES = {QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE, QuestionKind.TRUE_FALSE}
_MATCH = (
    '<qti-response-condition><qti-response-if><qti-match><qti-variable identifier="RESPONSE"/>'
    '<qti-correct identifier="RESPONSE"/></qti-match><qti-set-outcome-value identifier="SCORE">'
    '<qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-if>'
    "</qti-response-condition>\n"
)
_MAP = '<qti-set-outcome-value identifier="SCORE"><qti-map-response identifier="RESPONSE"/></qti-set-outcome-value>\n'
_SAID = '<qti-set-outcome-value identifier="FEEDBACK"><qti-variable identifier="RESPONSE"/></qti-set-outcome-value>\n'
_EXPLAINED = (
    '<qti-set-outcome-value identifier="EXPLANATION"><qti-base-value base-type="identifier">EXPLANATION'
    "</qti-base-value></qti-set-outcome-value>\n"
)


def write(file: QuestionFile, losses: ExportLosses) -> bytes:
    """Return the questions as a zip with a manifest."""
    losses.only_questions()
    package = io.BytesIO()
    names: list[str] = []
    pictures: dict[str, None] = {}
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, question in named_once(file.questions).items():
            if not fits(question):
                losses.add(question.name, LEFT_OUT)
                continue
            if reason := qti_arrangements.not_held(question):
                losses.add(question.name, reason)
                continue
            _note_losses(question, losses)
            names.append(f"item-{len(names) + 1}")
            _add(archive, f"items/{names[-1]}.xml", "".join(_item(names[-1], name, question)))
            for picture in question.pictures:
                if picture.name not in pictures:
                    _put(archive, f"media/{picture.name}", picture.content)
                    pictures[picture.name] = None
        _add(archive, "imsmanifest.xml", "".join(_manifest(names, list(pictures))))
    return package.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: str) -> None:
    _put(archive, name, (DECLARATION + content).encode())


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _note_losses(question: QuestionDraft, losses: ExportLosses) -> None:
    losses.plain_prompt(question)
    losses.words_about_pictures(question)
    if question.difficulty is not Difficulty.MEDIUM:
        losses.add(question.name, "The difficulty is not kept.")
    for reason in qti_arrangements.losses_of(question):
        losses.add(question.name, reason)
    if question.kind not in _CHOICES and question.key.feedback:
        losses.add(question.name, "Feedback for single texts and numbers is not kept.")


def _manifest(names: list[str], pictures: list[str]) -> Iterator[str]:
    yield f'<manifest xmlns="{_MANIFEST_NAMESPACE}" identifier="questpath">\n<metadata><schema>QTI Package</schema>'
    yield "<schemaversion>3.0.0</schemaversion></metadata>\n<organizations/>\n<resources>\n"
    for name in names:
        href = f"items/{name}.xml"
        yield f'<resource identifier="{name}" type="imsqti_item_xmlv3p0" href="{href}">'
        yield f'<file href="{href}"/></resource>\n'
    for number, picture in enumerate(pictures, start=1):
        yield f'<resource identifier="media-{number}" type="webcontent" href="media/{picture}">'
        yield f'<file href="media/{picture}"/></resource>\n'
    yield "</resources>\n</manifest>\n"


def _item(identifier: str, name: str, question: QuestionDraft) -> Iterator[str]:
    is_arranged = question.kind in ARRANGED
    choices = [] if is_arranged else _choices(question)
    said = [(choice, feedback) for choice, _, _, feedback in choices if feedback]
    cardinality = "multiple" if question.kind is QuestionKind.MULTIPLE_CHOICE else "single"
    yield f'<qti-assessment-item xmlns="{_NAMESPACE}" identifier="{identifier}" title={attribute(name)} '
    yield f'adaptive="false" time-dependent="false" tool-name="{OUR_TOOL}">\n'
    if is_arranged:
        yield from qti_arrangements.declarations(question)
    else:
        yield from _declaration(question, choices, cardinality)
    yield '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>\n'
    if said:
        yield f'<qti-outcome-declaration identifier="FEEDBACK" cardinality="{cardinality}" base-type="identifier"/>\n'
    if question.explanation:
        yield '<qti-outcome-declaration identifier="EXPLANATION" cardinality="single" base-type="identifier"/>\n'
    yield "<qti-item-body>\n"
    for picture in question.pictures:
        yield f'<p><img src="../media/{picture.name}" alt={attribute(picture.alt)}/></p>\n'
    if is_arranged:
        yield from qti_arrangements.body(question, _block)
    else:
        yield f"{_block(question.prompt)}\n"
        yield from _interaction(question, choices)
    yield "</qti-item-body>\n<qti-response-processing>\n"
    yield from _processing(question)
    yield _SAID * bool(said) + _EXPLAINED * bool(question.explanation)
    yield "</qti-response-processing>\n"
    yield from (_feedback("FEEDBACK", choice, feedback) for choice, feedback in said)
    if question.explanation:
        yield _feedback("EXPLANATION", "EXPLANATION", question.explanation)
    yield "</qti-assessment-item>\n"


def _choices(question: QuestionDraft) -> list[tuple[str, str, bool, str]]:
    """Return the identifier, the text, whether it is right, and the feedback of each option."""
    key = question.key
    if question.kind is QuestionKind.TRUE_FALSE:
        return [
            (word, word.title(), (word == "true") is key.truth, key.feedback.get(word, ""))
            for word in ("true", "false")
        ]
    return [
        (f"option-{place}", option.text, option.correct, option.feedback)
        for place, option in enumerate(key.options, start=1)
    ]


def _is_mapped(question: QuestionDraft) -> bool:
    """Tell whether answers earn points of their own, rather than all or nothing."""
    if question.kind is QuestionKind.SINGLE_CHOICE:
        return sum(option.correct for option in question.key.options) > 1
    if question.kind is QuestionKind.MULTIPLE_CHOICE:
        return not question.key.all_or_nothing
    return question.kind in {QuestionKind.SHORT_TEXT, QuestionKind.MATCHING}


def _declaration(
    question: QuestionDraft, choices: list[tuple[str, str, bool, str]], cardinality: str
) -> Iterator[str]:
    base = {QuestionKind.SHORT_TEXT: "string", QuestionKind.NUMERIC: "float"}.get(question.kind, "identifier")
    yield f'<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" base-type="{base}">\n'
    right = [choice for choice, _, is_right, _ in choices if is_right]
    right += [accepted.text for accepted in question.key.texts if accepted.weight == FULL][:1]
    if right:
        values = "".join(f"<qti-value>{text(value)}</qti-value>" for value in right)
        yield f"<qti-correct-response>{values}</qti-correct-response>\n"
    if _is_mapped(question):
        yield '<qti-mapping lower-bound="0" default-value="0">\n'
        wrong = "-1" if question.kind is QuestionKind.MULTIPLE_CHOICE else "0"
        for choice, _, is_right, _ in choices:
            yield _entry(choice, "1" if is_right else wrong)
        for accepted in question.key.texts:
            yield _entry(accepted.text, f"{accepted.weight / FULL:.2f}")
        yield "</qti-mapping>\n"
    yield "</qti-response-declaration>\n"


def _entry(key: str, value: str) -> str:
    return f'<qti-map-entry map-key={attribute(key)} mapped-value="{value}" case-sensitive="false"/>\n'


def _interaction(question: QuestionDraft, choices: list[tuple[str, str, bool, str]]) -> Iterator[str]:
    if not choices:
        yield '<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>\n'
        return
    most = 0 if question.kind is QuestionKind.MULTIPLE_CHOICE else 1
    shuffle = "false" if question.kind is QuestionKind.TRUE_FALSE else "true"
    yield f'<qti-choice-interaction response-identifier="RESPONSE" shuffle="{shuffle}" max-choices="{most}">\n'
    for choice, words, _, _ in choices:
        yield f'<qti-simple-choice identifier="{choice}">{_block(words)}</qti-simple-choice>\n'
    yield "</qti-choice-interaction>\n"


def _processing(question: QuestionDraft) -> Iterator[str]:
    if question.kind is QuestionKind.CLOZE:
        yield qti_arrangements.processing(question)
        return
    if question.kind is not QuestionKind.NUMERIC:
        yield _MAP if _is_mapped(question) else _MATCH
        return
    branch = "qti-response-if"
    yield "<qti-response-condition>\n"
    for each in sorted(question.key.numbers, key=lambda accepted: -accepted.weight):
        yield f"<{branch}><qti-and>{_comparison('gte', str(each.low))}{_comparison('lte', str(each.high))}</qti-and>"
        yield f'<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">{each.weight / FULL:.2f}'
        yield f"</qti-base-value></qti-set-outcome-value></{branch}>\n"
        branch = "qti-response-else-if"
    yield "</qti-response-condition>\n"


def _comparison(name: str, value: str) -> str:
    number = f'<qti-base-value base-type="float">{value}</qti-base-value>'
    return f'<qti-{name}><qti-variable identifier="RESPONSE"/>{number}</qti-{name}>'


def _feedback(outcome: str, identifier: str, words: str) -> str:
    return (
        f'<qti-modal-feedback outcome-identifier="{outcome}" identifier="{identifier}" show-hide="show">'
        f"<qti-content-body>{_block(words)}</qti-content-body></qti-modal-feedback>\n"
    )


def _block(words: str) -> str:
    """Return a text as a block; one whose spaces and lines matter is preformatted."""
    is_one_line = " ".join(words.split()) == words
    return f"<p>{text(words)}</p>" if is_one_line else f"<pre>{text(words)}</pre>"
