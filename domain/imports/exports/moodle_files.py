"""Moodle XML files: writes questions as Moodle imports them, each text as plain text."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape

from domain.content.answer_keys import AcceptedNumber
from domain.content.question_kinds.key_drafts import FULL
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.exports.exported_files import ExportLosses, named_once
from domain.imports.exports.gift_files import share_of
from domain.imports.exports.moodle_cloze_texts import cloze_text
from domain.imports.exports.moodle_numbers import EXACT, middle_of
from domain.imports.exports.xml_texts import DECLARATION, LEFT_OUT, attribute, fits, text
from domain.imports.question_drafts import Picture, QuestionDraft, QuestionFile

_TYPES = {
    QuestionKind.SINGLE_CHOICE: "multichoice",
    QuestionKind.MULTIPLE_CHOICE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.SHORT_TEXT: "shortanswer",
    QuestionKind.NUMERIC: "numerical",
    QuestionKind.MATCHING: "matching",
    QuestionKind.ORDERING: "ordering",
    QuestionKind.CLOZE: "cloze",
}


def write(file: QuestionFile, losses: ExportLosses) -> bytes:
    """Return the questions as Moodle XML."""
    losses.only_questions()
    parts = [DECLARATION, "<quiz>\n"]
    for name, question in named_once(file.questions).items():
        if not fits(question):
            losses.add(question.name, LEFT_OUT)
        elif any(middle_of(each.low, each.high) is None for each in _all_numbers(question)):
            losses.add(
                question.name, "Left out: the middle of a range has more digits than a number may have."
            )
        else:
            _note_losses(question, losses)
            parts += _question(name, question)
    return "".join([*parts, "</quiz>\n"]).encode()


def _all_numbers(question: QuestionDraft) -> Iterator[AcceptedNumber]:
    yield from question.key.numbers
    for blank in question.key.blanks:
        yield from blank.numbers


def _note_losses(question: QuestionDraft, losses: ExportLosses) -> None:
    if question.kind is QuestionKind.MATCHING and any(each.feedback for each in question.key.options):
        losses.add(question.name, "The feedback of pairs is not kept.")
    if question.difficulty is not Difficulty.MEDIUM:
        losses.add(question.name, "Moodle XML has no difficulty.")
    if question.pictures:
        losses.plain_prompt(question)
    losses.words_about_pictures(question)
    if question.key.all_or_nothing:
        losses.add(
            question.name, "Moodle XML has no grading of all or nothing; each right option earns its share."
        )


def _question(name: str, question: QuestionDraft) -> Iterator[str]:
    yield f'<question type="{_TYPES[question.kind]}">\n'
    yield f"<name><text>{text(name)}</text></name>\n"
    prompt = cloze_text(question) if question.key.blanks else question.prompt
    is_plain = question.prompt_format is PromptFormat.PLAIN
    if question.pictures:
        yield _with_pictures(prompt, question.pictures)
    else:
        yield _text("questiontext", prompt, format_="plain_text" if is_plain else "markdown")
    if question.explanation:
        yield _text("generalfeedback", question.explanation)
    yield "<defaultgrade>1</defaultgrade>\n"
    yield from _ANSWERS[question.kind](question)
    yield "</question>\n"


def _with_pictures(prompt: str, pictures: Sequence[Picture]) -> str:
    """Return a prompt in HTML with images, whose bytes are in the file; spaces and lines stay as they are."""
    shown = "".join(
        f'<p><img src="@@PLUGINFILE@@/{picture.name}" alt={attribute(picture.alt)}></p>'
        for picture in pictures
    )
    files = "".join(
        f'<file name="{picture.name}" path="/" encoding="base64">{b64encode(picture.content).decode()}</file>'
        for picture in pictures
    )
    html = f"<pre>{escape(prompt, quote=False)}</pre>{shown}"
    return f'<questiontext format="html"><text>{text(html)}</text>{files}</questiontext>\n'


def _options(question: QuestionDraft) -> Iterator[str]:
    is_single = question.kind is QuestionKind.SINGLE_CHOICE
    share = str(FULL) if is_single else share_of(question.key.options)
    wrong = "0" if is_single else f"-{share}"
    yield f"<single>{'true' if is_single else 'false'}</single>\n<shuffleanswers>true</shuffleanswers>\n"
    for option in question.key.options:
        yield _answer(option.text, share if option.correct else wrong, option.feedback)


def _statement(question: QuestionDraft) -> Iterator[str]:
    for word in ("true", "false"):
        weight = FULL if (word == "true") is question.key.truth else 0
        yield _answer(word, str(weight), question.key.feedback.get(word, ""))


def _texts(question: QuestionDraft) -> Iterator[str]:
    yield "<usecase>0</usecase>\n"
    for accepted in question.key.texts:
        said = question.key.feedback.get(accepted.text, "")
        yield _answer(accepted.text.replace("*", "\\*"), str(accepted.weight), said)
    yield from _every_other(question)


def _numbers(question: QuestionDraft) -> Iterator[str]:
    """Yield the ranges, those that earn most first: in Moodle the first that matches counts."""
    for each in sorted(question.key.numbers, key=lambda accepted: -accepted.weight):
        middle = middle_of(each.low, each.high) or each.low
        margin = EXACT.subtract(each.high, middle)
        said = question.key.feedback.get(f"{each.low}..{each.high}", "")
        yield _answer(str(middle), str(each.weight), said, more=f"<tolerance>{margin}</tolerance>")
    yield from _every_other(question)


def _pairs(question: QuestionDraft) -> Iterator[str]:
    """Yield the pairs, and the options that belong to no prompt."""
    key = question.key
    yield "<shuffleanswers>true</shuffleanswers>\n"
    used = [(prompt.text, prompt.option) for prompt in key.prompts]
    unused = sorted(set(range(len(key.options))) - {place for _, place in used})
    for prompt, place in [*used, *(("", place) for place in unused)]:
        yield f'<subquestion format="plain_text"><text>{text(prompt)}</text>'
        yield f"<answer><text>{text(key.options[place].text)}</text></answer></subquestion>\n"


def _order(question: QuestionDraft) -> Iterator[str]:
    yield "<layouttype>VERTICAL</layouttype>\n<selecttype>ALL</selecttype>\n<selectcount>0</selectcount>\n"
    yield "<gradingtype>RELATIVE_NEXT_EXCLUDE_LAST</gradingtype>\n"
    for place, option in enumerate(question.key.options, start=1):
        yield _answer(option.text, str(place), option.feedback)


def _no_answers(_question: QuestionDraft) -> Iterator[str]:
    """Yield nothing: the answers of a cloze are in its text."""
    return iter(())


def _every_other(question: QuestionDraft) -> Iterator[str]:
    if "*" in question.key.feedback and "*" not in {each.text for each in question.key.texts}:
        yield _answer("*", "0", question.key.feedback["*"])


def _answer(words: str, fraction: str, feedback: str, *, more: str = "") -> str:
    said = _text("feedback", feedback).rstrip("\n") if feedback else ""
    head = f'<answer fraction={attribute(fraction)} format="plain_text">'
    return f"{head}<text>{text(words)}</text>{more}{said}</answer>\n"


def _text(name: str, value: str, *, format_: str = "plain_text") -> str:
    return f'<{name} format="{format_}"><text>{text(value)}</text></{name}>\n'


_ANSWERS = {
    QuestionKind.SINGLE_CHOICE: _options,
    QuestionKind.MULTIPLE_CHOICE: _options,
    QuestionKind.TRUE_FALSE: _statement,
    QuestionKind.SHORT_TEXT: _texts,
    QuestionKind.NUMERIC: _numbers,
    QuestionKind.MATCHING: _pairs,
    QuestionKind.ORDERING: _order,
    QuestionKind.CLOZE: _no_answers,
}
