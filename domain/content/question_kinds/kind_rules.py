"""Kind rules: everything that one kind of question declares about itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from domain.content.answer_keys import AcceptedNumber, AcceptedText, PartKey
from domain.content.answers import Answer, AnswerField, Blank, MatchingPrompt, Option
from domain.content.question_kinds.file_items import FileItem
from domain.content.question_kinds.gift_syntax import Part, TextReader
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.entities import entity
from domain.ids import OptionId


class AskedQuestion(Protocol):
    """The part of a question that checking an answer reads."""

    @property
    def options(self) -> list[Option]:
        """The options to choose from; empty without a choice."""

    @property
    def prompts(self) -> list[MatchingPrompt]:
        """The prompts of a matching."""

    @property
    def blanks(self) -> list[Blank]:
        """The blanks of a cloze."""


class GradedQuestion(Protocol):
    """The part of a question that grading reads."""

    @property
    def all_or_nothing(self) -> bool:
        """Whether a multiple choice earns nothing unless it is entirely right."""


class GradedTexts(Protocol):
    """A key with accepted texts: of a question, or of one blank."""

    @property
    def texts(self) -> list[AcceptedText]:
        """The accepted texts."""


class GradedNumbers(Protocol):
    """A key with accepted numbers: of a question, or of one blank."""

    @property
    def numbers(self) -> list[AcceptedNumber]:
        """The accepted numbers."""


class GradedKey(GradedTexts, GradedNumbers, Protocol):
    """The part of an answer key that grading reads; only what the question's kind uses is filled."""

    @property
    def correct_options(self) -> frozenset[OptionId]:
        """The right options."""

    @property
    def truth(self) -> bool | None:
        """Whether the statement is true."""

    @property
    def parts(self) -> list[PartKey]:
        """What is right about each prompt, place or blank."""


def _no_loss(_body: Part) -> str | None:
    return None


@entity
class GiftRules:
    """How GIFT writes a kind, between the braces of a question.

    `recognises` tells whether it is this kind; the kinds are tried in the order of the table. `read` raises GiftError.
    `loss` returns a sentence about the part of the answers that is not kept, or None.
    """

    recognises: Callable[[Part], bool]
    read: Callable[[Part, TextReader], KeyDraft]
    loss: Callable[[Part], str | None] = _no_loss


def _no_prompt_faults(_prompt: str, _key: KeyDraft) -> Iterator[str]:
    return iter(())


def _accept(_item: FileItem, _key: KeyDraft) -> None:
    pass


@entity
class KindRules:
    """One kind of question.

    `name` is the stored name and the value of the schema's enum, which `hint` describes. The schema's type has
    `description` and, in addition to the fields of every question, the attributes `shows`. An answer is given in
    `answer_field`: `check` returns its value in normal form or raises InvalidInputError, `grade` returns what the value
    earns, from 0 to 1.

    `read_item` reads the key of a question in our JSON format, and `check_item` refuses what only that format forbids;
    `faults` yields what is wrong with a key from any file, as sentences, and `prompt_faults` how a prompt does not fit
    its key. `gift` is None where GIFT cannot express the kind. `demo_answer` returns the right value, given the
    question and its item of the file.
    """

    name: str
    hint: str
    description: str
    answer_field: AnswerField
    check: Callable[[AskedQuestion, Any], Any]
    grade: Callable[[GradedQuestion, GradedKey, Any], Fraction]
    read_item: Callable[[FileItem], KeyDraft]
    faults: Callable[[KeyDraft], Iterator[str]]
    demo_answer: Callable[[AskedQuestion, Mapping[str, Any]], Any]
    shows: Sequence[str] = ()
    prompt_faults: Callable[[str, KeyDraft], Iterator[str]] = _no_prompt_faults
    check_item: Callable[[FileItem, KeyDraft], None] = _accept
    gift: GiftRules | None = None

    @property
    def type_name(self) -> str:
        """The name of the schema's type: `SingleChoice` for SINGLE_CHOICE."""
        return "".join(word.title() for word in self.name.split("_"))

    def answer(self, value: Any) -> Answer:
        """Return an answer of this kind."""
        return Answer(**{self.answer_field.name: value})
