"""Types and root fields of spaced review: cards, the queue, the forecast, and the settings."""

from datetime import date, datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.ids import ReviewCardId
from domain.spaced_review.cards import FORECAST_DAYS
from domain.spaced_review.memory import CardState
from domain.spaced_review.review_settings import LEAST_RETENTION, MOST_RETENTION
from graph.assessment.answer_reveal import OptionFeedback, RevealedKey
from graph.content.questions import Question
from graph.directives import reads_learning, requires_scopes, reveal
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from resolvers.assessment import loaders as assessment_loaders
from resolvers.spaced_review import loaders
from resolvers.spaced_review import review_cards as resolvers

_TENTHS = 10
_EXAM_TYPE = "Only cards of the exam type with this code; by default all."
_DOMAIN = "Only cards of the domain with this code, of that exam type; by default all."
declare_enum(
    CardState,
    "Where a card is on its way into memory.",
    NEW="It was not reviewed yet.",
    LEARNING="It is being learned, in steps of minutes.",
    REVIEW="It is known, and comes back after days.",
    RELEARNING="It was forgotten, and is being learned again.",
)


@strawberry.type(
    description="The side of a card with the answer. Ask for it when the learner turns the card.",
    directives=[*reads_learning()],
)
class CardAnswer:
    """What was right, and why."""

    key: RevealedKey = attribute("The right answer.")
    explanation: str = attribute("The author's explanation.")
    option_feedback: list[OptionFeedback] = attribute(
        "The author's feedback to single answers.", at_most=MOST_ACCEPTED + 1
    )


@strawberry.type(
    description="A question that comes back shortly before its learner would forget it. There is one card for all "
    "versions of a question, which asks the newest. Only the learner can read it, and not while an open attempt of "
    "theirs asks the question.",
    directives=[*reads_learning()],
)
class ReviewCard(Node):
    """A card of the caller's."""

    id: ReviewCardId = attribute("The card's id, `reviewcard_...`.")
    question: Question | None = loaded_by(
        assessment_loaders.questions_asked,
        key="asked",
        description="The newest version of the question, with its options in another order after each review.",
    )
    answer: CardAnswer | None = loaded_by(
        loaders.answers_by_card,
        key="id",
        description="The side with the answer; null while an open attempt asks the question.",
        rule=(reveal(), requires_scopes(Scope.READ_LEARNING)),
    )
    state: CardState = attribute("Where it is on its way into memory.")
    due_at: datetime = attribute("When it is to be reviewed next; for a new card when it was made.")
    last_reviewed_at: datetime | None = attribute("When it was reviewed or answered last, or null.")
    reviews: int = attribute("How many reviews and answers count for it.")
    lapses: int = attribute("How often it was forgotten after it was known.")
    stability: float | None = attribute(
        "In how many days the chance of remembering falls to 90 percent; null for a new card."
    )
    difficulty: float | None = attribute("How hard it is for the learner, from 1 to 10; null for a new card.")
    suspended: bool = attribute("Whether the learner has suspended it.")
    buried_until: datetime | None = attribute("Until when it was buried, or null; the time may be over.")
    created_at: datetime = attribute("When it was made.")


@strawberry.type(
    description="How many cards come up on one date, if each is reviewed on its date.",
    directives=[*reads_learning()],
)
class ReviewForecastDay:
    """A date with its number of cards."""

    local_date: date = attribute("The date in the learner's time zone.", name="date")
    due: int = attribute("How many cards come up; today's number has those that are overdue as well.")


@strawberry.type(
    description="Reviews whose predicted chance of remembering lay in one tenth.",
    directives=[*reads_learning()],
)
class CalibrationDecile:
    """A tenth with what came of it."""

    from_chance: float = attribute("The lowest chance of the tenth, from 0 to 0.9.")
    to_chance: float = attribute("The highest chance of the tenth.")
    reviews: int = attribute("How many reviews had such a prediction, of the latest 200 of each card.")
    predicted: float = attribute("Their mean prediction, 0 to 1, with three decimals.")
    recalled: float = attribute("The share that was remembered, 0 to 1, with three decimals.")


@strawberry.type(description="How the caller reviews.", directives=[*reads_learning()])
class ReviewSettings:
    """The settings of one learner."""

    retention: float = attribute(
        f"The chance of remembering at which a card comes back, {LEAST_RETENTION:.2f} to {MOST_RETENTION:.2f}."
    )
    new_a_day: int = attribute("How many new cards the queue has on one local date at most.")
    fitted_at: datetime | None = attribute(
        "When the schedule was fitted to the learner's own reviews last; null while there are too few."
    )
    fitted_reviews: int = attribute("From how many reviews it was fitted; 0 before.")


@strawberry.type
class ReviewQueries:
    """Root fields of spaced review."""

    review_queue: Connection[ReviewCard] | None = resolved_by(
        resolvers.review_queue,
        description="What the caller is to review now: the cards that are due, the longest first, then new ones up to "
        "the number for a day. Suspended and buried cards are left out, and those that an open attempt asks.",
        rule=reads_learning(),
        args={"exam_type": _EXAM_TYPE, "domain": _DOMAIN},
    )
    review_cards: Connection[ReviewCard] | None = resolved_by(
        resolvers.review_cards,
        description="The caller's review cards, newest first, without those that an open attempt asks.",
        rule=reads_learning(),
        args={
            "exam_type": _EXAM_TYPE,
            "domain": _DOMAIN,
            "state": "Only cards in this state; by default all.",
            "is_suspended": "Only suspended cards, or only the others; by default all.",
        },
    )
    review_forecast: list[ReviewForecastDay] | None = resolved_by(
        resolvers.review_forecast,
        description="How many of the caller's cards come up on each of the next dates, from today on.",
        rule=reads_learning(),
        at_most=FORECAST_DAYS,
    )
    review_calibration: list[CalibrationDecile] | None = resolved_by(
        resolvers.review_calibration,
        description="How well the caller's reviews a day or more after the one before were predicted; tenths without "
        "a review are left out.",
        rule=reads_learning(),
        at_most=_TENTHS,
    )
    review_settings: ReviewSettings | None = resolved_by(
        resolvers.viewer_review_settings, description="How the caller reviews.", rule=reads_learning()
    )
