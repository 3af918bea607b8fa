"""The stores of reviews."""

from typing import Protocol

from domain.learning.work import LearningWork
from domain.mail.work import MailWork


class ReviewWork(LearningWork, MailWork, Protocol):
    """The stores that reviews reach: the learner gets a mail."""
