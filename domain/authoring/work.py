"""The stores of authoring."""

from typing import Protocol

from domain.authoring.authored_content import AuthoredContents
from domain.authoring.drafts import Drafts
from domain.authoring.share_link_store import ShareLinks
from domain.authoring.stores.provenances import Provenances
from domain.authoring.stores.quiz_drafts import QuizDrafts
from domain.authoring.upstreams import Upstreams
from domain.content.work import ContentWork
from domain.media.work import MediaWork


class AuthoringWork(MediaWork, ContentWork, Protocol):
    """The stores that verbs of authoring reach."""

    @property
    def drafts(self) -> Drafts:
        """Drafts of roadmaps."""

    @property
    def quiz_drafts(self) -> QuizDrafts:
        """Drafts of quizzes."""

    @property
    def provenances(self) -> Provenances:
        """Which questions were generated, and reviewed."""

    @property
    def upstreams(self) -> Upstreams:
        """Where forks stand against their origins."""

    @property
    def share_links(self) -> ShareLinks:
        """Share links of roadmaps."""

    @property
    def authored(self) -> AuthoredContents:
        """Content by its author, and the versions of questions."""
