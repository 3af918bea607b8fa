"""The stores of learning."""

from typing import Protocol

from domain.content.work import ContentWork
from domain.gamification.work import GamificationWork
from domain.learning.daily_targets import DailyTargets
from domain.learning.enrolments import Enrolments
from domain.learning.evidence import EvidenceStore
from domain.learning.goals import Goals
from domain.learning.progress_checks import ProgressChecks
from domain.learning.version_pins import Migrations


class LearningWork(ContentWork, GamificationWork, Protocol):
    """The stores that verbs of learning reach."""

    @property
    def enrolments(self) -> Enrolments:
        """Enrolments of learners in roadmaps, with the states of nodes."""

    @property
    def migrations(self) -> Migrations:
        """Which versions enrolments are pinned to."""

    @property
    def evidence(self) -> EvidenceStore:
        """What learners show for nodes."""

    @property
    def goals(self) -> Goals:
        """Goals and their transitions."""

    @property
    def daily_targets(self) -> DailyTargets:
        """Daily targets, and the dates on which they were reached."""

    @property
    def progress_checks(self) -> ProgressChecks:
        """Learners whose targets and goals are to be looked at."""
