"""Values of questions for hypothesis: every kind, with texts that trip up formats."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial

from hypothesis import strategies as st

from domain import text
from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.imports.question_drafts import (
    DomainDraft,
    ExamTypeDraft,
    FileQuiz,
    QuestionDraft,
    QuestionFile,
    faults,
)

TRICKY = [
    "[html]x", "[plain]", "%50%", "a -> b", "<b>bold</b>", "<stdio.h>", "&amp; &", "=1+1", "-1", "'=x", "*", "\\*", "a*b",
    "two  spaces", "one\n\ntwo", " tab\tx", "{T}", "// no comment", "::x::", "#####", "~=#{}:\\", "\\n", "A", "1", "true",
    "\u05e9\u05dc\u05d5\u05dd", "e\u0301", "\U0001f469\u200d\U0001f680", "a\u2028b", "a\u00a0b", "\u200fRTL", "[[a]]", "a;b|c,d",
    '"quoted"', "]]>", "<!-- x", "]", "sep=;", "\ufeffx", "$CATEGORY: x", "@SUM(A1)", "''", "</pre>", "&#x41;", "A\u030a",
]  # fmt: skip
_chars = st.characters(
    exclude_categories=("Cc", "Cs", "Cn"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
texts = (
    st.one_of(
        st.sampled_from(TRICKY),
        st.text(st.one_of(_chars, st.sampled_from("\n\t ~=#{}:\\*<>&'\"")), min_size=1, max_size=20),
    )
    .map(lambda text: text.replace("\r", "").strip())
    .filter(bool)
)
maybe = st.one_of(st.just(""), texts)
_numbers = st.decimals(min_value=-1000, max_value=1000, places=2)


@st.composite
def options(draw: st.DrawFn, *, single: bool) -> list[OptionDraft]:
    words = draw(st.lists(texts, min_size=2, max_size=5, unique=True))
    right = draw(st.sets(st.integers(0, len(words) - 1), min_size=1, max_size=1 if single else None))
    return [
        OptionDraft(text=word, correct=place in right, feedback=draw(maybe))
        for place, word in enumerate(words)
    ]


def keys(kind: QuestionKind) -> st.SearchStrategy[KeyDraft]:
    return _KEYS[kind]()


@st.composite
def choices(draw: st.DrawFn, *, single: bool) -> KeyDraft:
    return KeyDraft(options=draw(options(single=single)))


@st.composite
def several_choices(draw: st.DrawFn) -> KeyDraft:
    return KeyDraft(options=draw(options(single=False)), all_or_nothing=draw(st.booleans()))


@st.composite
def statements(draw: st.DrawFn) -> KeyDraft:
    said = {word: said_ for word in ("true", "false") if (said_ := draw(maybe))}
    return KeyDraft(truth=draw(st.booleans()), feedback=said)


@st.composite
def accepted_texts(draw: st.DrawFn) -> KeyDraft:
    words = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    weights = [100, *(draw(st.integers(0, 100)) for _ in words[1:])]
    said = {word: said_ for word in words if (said_ := draw(maybe))}
    return KeyDraft(
        texts=[AcceptedText(text=w, weight=n) for w, n in zip(words, weights, strict=True)], feedback=said
    )


@st.composite
def blanks(draw: st.DrawFn) -> KeyDraft:
    alone = (QuestionKind.SHORT_TEXT, QuestionKind.NUMERIC, QuestionKind.SINGLE_CHOICE)
    kinds = draw(st.lists(st.sampled_from(alone), min_size=1, max_size=3))
    return KeyDraft(blanks=[draw(_BLANKS.get(each, _KEYS[each])()) for each in kinds])


@st.composite
def orders(draw: st.DrawFn) -> KeyDraft:
    return KeyDraft(options=draw(arranged()), ordered=True)


@st.composite
def arranged(draw: st.DrawFn) -> list[OptionDraft]:
    words = draw(st.lists(texts, min_size=2, max_size=5, unique=True))
    return [OptionDraft(text=word, correct=False, feedback=draw(maybe)) for word in words]


@st.composite
def pairs(draw: st.DrawFn) -> KeyDraft:
    options_ = draw(arranged())
    words = draw(st.lists(texts, min_size=2, max_size=4, unique=True))
    places = st.integers(0, len(options_) - 1)
    return KeyDraft(options=options_, prompts=[PromptDraft(text=word, option=draw(places)) for word in words])


@st.composite
def ranges(draw: st.DrawFn) -> KeyDraft:
    key = KeyDraft()
    for place in range(draw(st.integers(1, 3))):
        low = draw(_numbers)
        high = low + abs(draw(_numbers)) if draw(st.booleans()) else low
        weight = 100 if place == 0 else draw(st.integers(1, 100))
        key.numbers.append(AcceptedNumber(low=low, high=high, weight=weight))
        if said := draw(maybe):
            key.feedback[f"{low}..{high}"] = said
    if said := draw(maybe):
        key.feedback["*"] = said
    return key


_KEYS: dict[QuestionKind, Callable[[], st.SearchStrategy[KeyDraft]]] = {
    QuestionKind.SINGLE_CHOICE: partial(choices, single=False),
    QuestionKind.MULTIPLE_CHOICE: several_choices,
    QuestionKind.TRUE_FALSE: statements,
    QuestionKind.SHORT_TEXT: accepted_texts,
    QuestionKind.NUMERIC: ranges,
    QuestionKind.MATCHING: pairs,
    QuestionKind.ORDERING: orders,
    QuestionKind.CLOZE: blanks,
}
_BLANKS: dict[QuestionKind, Callable[[], st.SearchStrategy[KeyDraft]]] = {
    QuestionKind.SINGLE_CHOICE: partial(choices, single=True)
}
"""What a blank may have where a question may have more."""


@st.composite
def questions(draw: st.DrawFn) -> QuestionDraft:
    kind = draw(st.sampled_from(QuestionKind))
    key = draw(keys(kind))
    return QuestionDraft(
        line=1,
        path=(),
        name=" ".join(draw(texts).split()) or "name",
        domain="1.1",
        kind=kind,
        difficulty=draw(st.sampled_from(Difficulty)),
        prompt=_with_blanks(draw(texts), len(key.blanks)),
        explanation=draw(maybe),
        key=key,
        prompt_format=draw(st.sampled_from(PromptFormat)),
    )


def _with_blanks(prompt: str, blanks: int) -> str:
    return " ".join([prompt, *(f"[[{number}]]" for number in range(1, blanks + 1))])


valid_questions = questions().filter(lambda question: not list(faults(question)) and visible(question.name))


def visible(name: str) -> bool:
    return any(c.isalnum() for c in name)


def texts_of(question: QuestionDraft) -> list[str]:
    return [question.name, question.prompt, question.explanation, *question.key.all_texts()]


def is_normal(written: str) -> bool:
    """Whether our JSON reads a text as it is: it normalises texts, as mutations do."""
    return text.prose(written, field="it", longest=10_000) == written


def a_file(*asked: QuestionDraft) -> QuestionFile:
    quiz = FileQuiz(
        line=1,
        slug="quiz",
        title="Quiz",
        description="",
        time_limit=None,
        pass_mark=70,
        feedback=Feedback.AT_END,
        closes_at=None,
        questions=list(range(len(asked))),
    )
    domain = DomainDraft(code="1.1", name="First", weight=10)
    exam_type = ExamTypeDraft(code="exam", name="Exam", description="", domains=[domain])
    return QuestionFile(format="", exam_type=exam_type, questions=list(asked), quizzes=[quiz])


def meaning(question: QuestionDraft, *, said_of_answers: bool = True) -> tuple[object, ...]:
    """What a question says, numbers by value and in no order."""
    is_choice = any(option.correct for option in question.key.options)
    said = _meaning(question.key, said_of_answers, is_choice)
    return (question.kind, question.prompt, question.explanation, *said)


def _meaning(key: KeyDraft, said_of_answers: bool, said_of_options: bool) -> tuple[object, ...]:
    numbers = sorted((n.low.normalize(), n.high.normalize(), n.weight) for n in key.numbers)
    said = {_by_value(answer): text for answer, text in key.feedback.items()} if said_of_answers else {}
    holds_said = said_of_answers or said_of_options
    options_ = [(o.text, o.correct, o.feedback if holds_said else "") for o in key.options]
    accepted = sorted((t.text, t.weight) for t in key.texts)
    matched = [(prompt.text, key.options[prompt.option].text) for prompt in key.prompts]
    blanks = [_meaning(blank, said_of_answers, False) for blank in key.blanks]
    return (
        sorted(options_) if matched else options_,
        matched,
        key.ordered,
        key.truth,
        accepted,
        numbers,
        said,
        blanks,
    )


def _by_value(answer: str) -> str:
    low, dots, high = answer.partition("..")
    try:
        return f"{Fraction(Decimal(low))}..{Fraction(Decimal(high))}" if dots else answer
    except ArithmeticError:
        return answer
