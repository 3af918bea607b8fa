"""Mutations of spaced review."""

from datetime import datetime
from typing import Any

import strawberry

from domain.gamification.xp_rules import CURRENT
from domain.ids import ReviewCardId
from domain.spaced_review.cards import MOST_CARDS, QuestionInOpenAttemptError, TooManyReviewCardsError
from domain.spaced_review.review_awards import QUALIFYING_REVIEWS
from domain.spaced_review.review_log import Rating
from domain.spaced_review.review_settings import LEAST_RETENTION, MOST_NEW_A_DAY, MOST_RETENTION
from domain.spaced_review.reviews import LONGEST_S
from graph.assessment.answers import AnswerInput
from graph.changed_viewer import changed_viewer
from graph.directives import writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.spaced_review.review_cards import ReviewCard, ReviewSettings
from resolvers.spaced_review import review_cards

declare_enum(
    Rating,
    "How well a question was remembered.",
    AGAIN="Not at all; it comes back within minutes.",
    HARD="Only just.",
    GOOD="Well.",
    EASY="Without thinking.",
)
declare_error(QuestionInOpenAttemptError, "An open attempt of the caller asks the question of the card.")
declare_error(TooManyReviewCardsError, "The caller has as many review cards as are allowed.")
_CARD = "The review card."
_CLIENT_ID = (
    "An id that the client makes for this act, like a UUID: 1 to 64 letters, digits, hyphens or underscores. The same "
    "id again changes nothing."
)


@strawberry.input(description="What to make a card of.")
class AddReviewCardInput:
    """A target."""

    target_id: strawberry.ID = given(
        "The id of a question that the caller was asked, or of a bookmark of a question.", required=True
    )


@strawberry.input(description="A review: a rating, or an answer that is graded.")
class ReviewCardInput:
    """A card with what the learner remembered."""

    card_id: ReviewCardId = given(_CARD, required=True)
    client_id: str = given(_CLIENT_ID, required=True)
    rating: Rating | None = given("How well it was remembered; with an answer, only EASY.")
    answer: AnswerInput | None = given(
        "The answer to the newest version of the question. A wrong one is AGAIN, a right one GOOD, or HARD where it "
        "took longer than three quarters of the first answers to the question.",
    )
    seconds: int | None = given(f"How long it took, 0 to {LONGEST_S}; null where it was not measured.")
    reviewed_at: datetime | None = given(
        "When the review was made, where the device was offline; within the last 72 hours, by default now. XP and "
        "streak count on the day on which it is sent.",
    )


@strawberry.input(description="The card whose last review to take back.")
class UndoReviewInput:
    """A card."""

    card_id: ReviewCardId = given(_CARD, required=True)
    client_id: str = given(_CLIENT_ID, required=True)


def _card_input(name: str, description: str) -> Any:
    made = type(
        name, (), {"__annotations__": {"card_id": ReviewCardId}, "card_id": given(_CARD, required=True)}
    )
    return strawberry.input(made, description=description)


SuspendCardInput = _card_input("SuspendCardInput", "The card to suspend.")
ResumeCardInput = _card_input("ResumeCardInput", "The card to put back.")
BuryCardInput = _card_input("BuryCardInput", "The card to bury.")


@strawberry.input(description="New settings; a field that is left out stays unchanged.")
class SaveReviewSettingsInput:
    """Settings."""

    retention: float | None = given(
        f"The chance of remembering at which a card comes back: {LEAST_RETENTION:.2f} to {MOST_RETENTION:.2f}. "
        "A higher one means more reviews."
    )
    new_a_day: int | None = given(f"How many new cards a day: 0 to {MOST_NEW_A_DAY}.")


_GIVES: dict[str, tuple[Any, str]] = {"card": (ReviewCard, "The card as it is now.")}


@strawberry.type
class ReviewMutations:
    """Mutations of spaced review."""

    add_review_card = mutated_by(
        review_cards.add_review_card,
        input=AddReviewCardInput,
        gives=_GIVES,
        refuses=(QuestionInOpenAttemptError, TooManyReviewCardsError),
        rule=writes_learning(),
        description="Makes a review card of a question, or returns the one that exists. Wrong answers in attempts make "
        f"cards by themselves, about a minute after the attempt ends. At most {MOST_CARDS} a learner.",
    )
    review_card = mutated_by(
        review_cards.review_card,
        input=ReviewCardInput,
        gives={
            "card": (ReviewCard, "The card as it is scheduled now."),
            "rating": (Rating, "The rating that the review has."),
            "credit": (float, "What the answer earned, 0 to 1; null without one."),
        },
        also=changed_viewer(),
        refuses=(QuestionInOpenAttemptError,),
        rule=writes_learning(),
        description="Stores a review of a card, and says when it comes back. It earns "
        f"{CURRENT.review} XP once a local date for each card, at most {CURRENT.reviews_cap_per_day} a date, and "
        f"nothing for an own question; {QUALIFYING_REVIEWS} reviews on a date count for the streak. Reviews of several "
        "devices may arrive in any order.",
    )
    undo_review = mutated_by(
        review_cards.undo_review,
        input=UndoReviewInput,
        gives=_GIVES,
        also=changed_viewer(),
        refuses=(QuestionInOpenAttemptError,),
        rule=writes_learning(),
        description="Takes back the last review of a card. The XP of the date stays, and is not awarded again.",
    )
    suspend_card = mutated_by(
        review_cards.suspend_card,
        input=SuspendCardInput,
        gives=_GIVES,
        refuses=(QuestionInOpenAttemptError,),
        rule=writes_learning(),
        description="Leaves a card out of the queue until it is resumed.",
    )
    resume_card = mutated_by(
        review_cards.resume_card,
        input=ResumeCardInput,
        gives=_GIVES,
        refuses=(QuestionInOpenAttemptError,),
        rule=writes_learning(),
        description="Puts a card that was suspended or buried back into the queue.",
    )
    bury_card = mutated_by(
        review_cards.bury_card,
        input=BuryCardInput,
        gives=_GIVES,
        refuses=(QuestionInOpenAttemptError,),
        rule=writes_learning(),
        description="Leaves a card out of the queue until the next local date.",
    )
    save_review_settings = mutated_by(
        review_cards.save_review_settings,
        input=SaveReviewSettingsInput,
        gives={"settings": (ReviewSettings, "The settings as they are now.")},
        rule=writes_learning(),
        description="Changes how the caller reviews. After another retention the dates of all cards are computed "
        "again, within about a minute.",
    )
