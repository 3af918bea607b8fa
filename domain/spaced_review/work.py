"""The stores of spaced review."""

from typing import Protocol

from domain.bookmarks.work import BookmarksWork
from domain.jobs.work import EnqueueingWork
from domain.quality.item_projection import CountingWork
from domain.spaced_review.answer_facts import AnswerFeed
from domain.spaced_review.cards import ReviewCards
from domain.spaced_review.review_settings import ReviewSettingsStore


class SpacedReviewWork(EnqueueingWork, BookmarksWork, CountingWork, Protocol):
    """The stores that verbs of spaced review reach."""

    @property
    def review_cards(self) -> ReviewCards:
        """Review cards with their logs."""

    @property
    def review_settings(self) -> ReviewSettingsStore:
        """Settings of spaced review."""

    @property
    def answer_feed(self) -> AnswerFeed:
        """Answers of attempts that have ended."""
