"""Key drafts: what a file says is right about a question, before options have ids."""

from collections.abc import Iterator
from dataclasses import field

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.entities import entity
from domain.ids import MediaId

LONGEST_PROSE = 10_000
FULL = 100
"""The weight, in percent, of an answer that is entirely right."""


@entity
class ImageDraft:
    """An image of the author's, with what it shows in words."""

    media_id: MediaId
    alt: str


@entity
class OptionDraft:
    """An option with what only the key says about it."""

    text: str
    correct: bool
    feedback: str = ""
    image: ImageDraft | None = None


@entity
class PromptDraft:
    """A prompt of a matching, and the place, from 0, of the option that belongs to it."""

    text: str
    option: int


@entity
class KeyDraft:
    """The part of a question that depends on its kind; `feedback` as in `AnswerKey`, but by text.

    `ordered` says that the options stand in their right order. Each of `blanks` is what a question would have that asks
    for that blank alone: options, texts or numbers, and feedback.
    """

    options: list[OptionDraft] = field(default_factory=list)
    all_or_nothing: bool = False
    truth: bool | None = None
    texts: list[AcceptedText] = field(default_factory=list)
    numbers: list[AcceptedNumber] = field(default_factory=list)
    feedback: dict[str, str] = field(default_factory=dict)
    ordered: bool = False
    prompts: list[PromptDraft] = field(default_factory=list)
    blanks: "list[KeyDraft]" = field(default_factory=list)

    def all_texts(self) -> Iterator[str]:
        """Yield every text of the key."""
        for option in self.options:
            yield option.text
            yield option.feedback
        yield from (accepted.text for accepted in self.texts)
        yield from (prompt.text for prompt in self.prompts)
        yield from self.feedback
        yield from self.feedback.values()
        for blank in self.blanks:
            yield from blank.all_texts()
