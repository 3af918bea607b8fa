"""Inputs of keys: what an author says is right about a question."""

from dataclasses import replace

import strawberry

from domain.authoring.questions.question_images import LONGEST_ALT
from domain.content import decimals
from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.cloze import MOST_BLANKS
from domain.content.question_kinds.key_drafts import FULL, ImageDraft, KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.matching import MOST_PROMPTS
from domain.ids import MediaId
from graph.fields import given

_TEXT = "At most 10 000 characters."
_WEIGHT = "What it earns, in percent: 0 to 100."


@strawberry.input(description="An image that a question shows.")
class QuestionImageInput:
    """An image."""

    media: MediaId = given("The image, of the question's author; `addImage` adds one.", required=True)
    alt: str = given(
        f"What it shows, for those who do not see it, without telling the answer: 1 to {LONGEST_ALT} characters.",
        required=True,
    )

    def read(self) -> ImageDraft:
        """Return the image."""
        return ImageDraft(media_id=self.media, alt=self.alt)


@strawberry.input(description="An option of a choice, a matching, an ordering or a blank.")
class QuestionOptionInput:
    """An option."""

    text: str = given("The text of the option.", required=True)
    correct: bool = given("For a choice: whether it is right.", default=False)
    feedback: str = given(f"What is said to those who choose it. {_TEXT}", default="")
    image: QuestionImageInput | None = given("The image that it shows.")


@strawberry.input(description="A short text that earns credit.")
class AcceptedTextInput:
    """A text."""

    text: str = given("The text.", required=True)
    weight: int = given(_WEIGHT, default=FULL)


@strawberry.input(description="Numbers that earn credit.")
class AcceptedRangeInput:
    """A range."""

    low: str = given("The lowest number, in decimal.", required=True)
    high: str = given("The highest number, in decimal; the same for a single one.", required=True)
    weight: int = given(_WEIGHT, default=FULL)


@strawberry.input(description="What is said to those who give an answer.")
class AnswerFeedbackInput:
    """Feedback to an answer."""

    answer: str = given(
        "`true` or `false`, an accepted text, an accepted range as `low..high`, or `*` for every other answer.",
        required=True,
    )
    text: str = given(_TEXT, required=True)


@strawberry.input(description="A prompt of a matching.")
class MatchingPromptInput:
    """A prompt."""

    text: str = given("The text of the prompt.", required=True)
    match: str = given("The text of the option that belongs to it, as `options` has it.", required=True)


@strawberry.input(description="What is right about a blank of a cloze: options, texts or numbers.")
class BlankKeyInput:
    """The key of a blank."""

    options: list[QuestionOptionInput] | None = given(
        f"The options to choose from, at most {MOST_OPTIONS}; one is right."
    )
    texts: list[AcceptedTextInput] | None = given(f"The accepted short texts, at most {MOST_ACCEPTED}.")
    numbers: list[AcceptedRangeInput] | None = given(f"The accepted numbers, at most {MOST_ACCEPTED}.")
    feedback: list[AnswerFeedbackInput] | None = given("Feedback to what is typed.")

    def read(self, path: str) -> KeyDraft:
        """Return the key; raises InvalidInputError for what is no number."""
        return _key(self, path)


@strawberry.input(
    description="What is right about a question, in place of all that was; each kind has its part."
)
class QuestionKeyInput:
    """A key."""

    options: list[QuestionOptionInput] | None = given(
        f"The options of a choice or a matching, or those of an ordering in their right order; at most {MOST_OPTIONS}."
    )
    all_or_nothing: bool = given(
        "For a multiple choice: whether only the exact choice earns credit.", default=False
    )
    truth: bool | None = given("Whether a statement is true.")
    texts: list[AcceptedTextInput] | None = given(f"The accepted short texts, at most {MOST_ACCEPTED}.")
    numbers: list[AcceptedRangeInput] | None = given(f"The accepted numbers, at most {MOST_ACCEPTED}.")
    prompts: list[MatchingPromptInput] | None = given(f"The prompts of a matching, at most {MOST_PROMPTS}.")
    blanks: list[BlankKeyInput] | None = given(
        f"The blanks of a cloze, at most {MOST_BLANKS}, in the order of `[[1]]`, `[[2]]` and so on in its prompt."
    )
    feedback: list[AnswerFeedbackInput] | None = given("Feedback to answers that are not options.")

    def read(self) -> KeyDraft:
        """Return the key; raises InvalidInputError for what is no number."""
        key = replace(
            _key(self, "key"),
            all_or_nothing=self.all_or_nothing,
            truth=self.truth if isinstance(self.truth, bool) else None,
            blanks=[blank.read(f"key.blanks[{place}]") for place, blank in enumerate(self.blanks or [])],
        )
        places = {option.text: place for place, option in enumerate(key.options)}
        return replace(
            key,
            prompts=[
                PromptDraft(text=each.text, option=places.get(each.match, -1)) for each in self.prompts or []
            ],
        )


def _key(given: QuestionKeyInput | BlankKeyInput, path: str) -> KeyDraft:
    """Return the parts that a question and a blank have in common."""
    return KeyDraft(
        options=[
            OptionDraft(
                text=each.text,
                correct=each.correct,
                feedback=each.feedback,
                image=each.image.read() if isinstance(each.image, QuestionImageInput) else None,
            )
            for each in given.options or []
        ],
        texts=[AcceptedText(text=each.text, weight=each.weight) for each in given.texts or []],
        numbers=[
            AcceptedNumber(
                low=decimals.read_number(each.low, field=f"{path}.numbers[{place}].low"),
                high=decimals.read_number(each.high, field=f"{path}.numbers[{place}].high"),
                weight=each.weight,
            )
            for place, each in enumerate(given.numbers or [])
        ],
        feedback={each.answer: each.text for each in given.feedback or []},
    )
