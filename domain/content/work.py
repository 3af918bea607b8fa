"""The stores of content."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.content.collaborators import Collaborators
from domain.content.drawing.pools import QuestionBank
from domain.content.exam_types import ExamTypes
from domain.content.layouts import Layouts
from domain.content.questions import Questions
from domain.content.quizzes import Quizzes
from domain.content.roadmap_nodes import Nodes
from domain.content.roadmaps import Roadmaps
from domain.content.validation import Outlines


class ContentWork(AccountsWork, Protocol):
    """The stores that verbs of content reach."""

    @property
    def exam_types(self) -> ExamTypes:
        """Exam types and their domains."""

    @property
    def quizzes(self) -> Quizzes:
        """Published quizzes."""

    @property
    def questions(self) -> Questions:
        """Questions and their answer keys."""

    @property
    def question_bank(self) -> QuestionBank:
        """Questions that can be drawn."""

    @property
    def roadmaps(self) -> Roadmaps:
        """Roadmaps and their versions."""

    @property
    def collaborators(self) -> Collaborators:
        """Who works on roadmaps beside their authors."""

    @property
    def layouts(self) -> Layouts:
        """Where clients can draw nodes."""

    @property
    def nodes(self) -> Nodes:
        """Nodes of roadmaps, with their prerequisites."""

    @property
    def outlines(self) -> Outlines:
        """Outlines of versions, for validation."""
