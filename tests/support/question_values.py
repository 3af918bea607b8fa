"""Values of questions for hypothesis: every kind, with texts that trip up formats."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from domain import text
from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft
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
    if single:
        right = {draw(st.integers(0, len(words) - 1))}
    else:
        right = draw(st.sets(st.integers(0, len(words) - 1), min_size=1))
    return [
        OptionDraft(text=word, correct=place in right, feedback=draw(maybe))
        for place, word in enumerate(words)
    ]


@st.composite
def keys(draw: st.DrawFn, kind: QuestionKind) -> KeyDraft:
    if kind is QuestionKind.SINGLE_CHOICE:
        return KeyDraft(options=draw(options(single=True)))
    if kind is QuestionKind.MULTIPLE_CHOICE:
        return KeyDraft(options=draw(options(single=False)), all_or_nothing=draw(st.booleans()))
    if kind is QuestionKind.TRUE_FALSE:
        said = {word: said_ for word in ("true", "false") if (said_ := draw(maybe))}
        return KeyDraft(truth=draw(st.booleans()), feedback=said)
    if kind is QuestionKind.SHORT_TEXT:
        words = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
        weights = [100, *(draw(st.integers(0, 100)) for _ in words[1:])]
        said = {word: said_ for word in words if (said_ := draw(maybe))}
        return KeyDraft(
            texts=[AcceptedText(text=w, weight=n) for w, n in zip(words, weights, strict=True)], feedback=said
        )
    return draw(ranges())


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


@st.composite
def questions(draw: st.DrawFn) -> QuestionDraft:
    kind = draw(st.sampled_from(QuestionKind))
    return QuestionDraft(
        line=1,
        path=(),
        name=" ".join(draw(texts).split()) or "name",
        domain="1.1",
        kind=kind,
        difficulty=draw(st.sampled_from(Difficulty)),
        prompt=draw(texts),
        explanation=draw(maybe),
        key=draw(keys(kind)),
    )


valid_questions = questions().filter(lambda question: not list(faults(question)) and visible(question.name))


def visible(name: str) -> bool:
    return any(c.isalnum() for c in name)


def texts_of(question: QuestionDraft) -> list[str]:
    key = question.key
    options_ = [text for option in key.options for text in (option.text, option.feedback)]
    return [
        question.name,
        question.prompt,
        question.explanation,
        *options_,
        *(each.text for each in key.texts),
        *key.feedback.values(),
    ]


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
    key = question.key
    numbers = sorted((n.low.normalize(), n.high.normalize(), n.weight) for n in key.numbers)
    said = {_by_value(answer): text for answer, text in key.feedback.items()} if said_of_answers else {}
    options_ = [(o.text, o.correct, o.feedback) for o in key.options]
    accepted = sorted((t.text, t.weight) for t in key.texts)
    return (
        question.kind,
        question.prompt,
        question.explanation,
        options_,
        key.truth,
        accepted,
        numbers,
        said,
    )


def _by_value(answer: str) -> str:
    low, dots, high = answer.partition("..")
    try:
        return f"{Fraction(Decimal(low))}..{Fraction(Decimal(high))}" if dots else answer
    except ArithmeticError:
        return answer
