"""The stores of what was done offline."""

from typing import Protocol

from domain.offline.answer_slots import AnswerSlots
from domain.offline.events import OfflineEvents
from domain.offline.node_marks import NodeMarks
from domain.spaced_review.work import SpacedReviewWork
from domain.study.work import StudyWork


class OfflineWork(StudyWork, SpacedReviewWork, Protocol):
    """The stores that events of devices reach."""

    @property
    def offline_events(self) -> OfflineEvents:
        """Events of devices, and when devices were in contact."""

    @property
    def answer_slots(self) -> AnswerSlots:
        """Slots of attempts, many at once."""

    @property
    def node_marks(self) -> NodeMarks:
        """The last write of each node, and whether it was ever passed."""
