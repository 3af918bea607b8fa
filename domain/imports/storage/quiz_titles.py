"""Quiz titles: how the quizzes of a file are called whose format names none."""

import re
import unicodedata

from domain.content.quizzes import LONGEST_SLUG
from domain.entities import entity
from domain.ids import UserId

LONGEST_TITLE = 200
UNTITLED = "Imported questions"
GENERAL = "general"
"""The exam type of a file that names none, where its author names none; it is created where it is missing."""
_ID_IN_SLUG = 10
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@entity
class QuizTitle:
    """The title that the author gave, if any, and the hash of the file, which makes the slug where there is none."""

    given: str | None
    content_hash: str

    def title(self, number: int, of: int) -> str:
        """Return the title of one of several quizzes; a single one has the title as it is."""
        title = self.given or UNTITLED
        if of == 1:
            return title
        part = f" ({number} of {of})"
        return title[: LONGEST_TITLE - len(part)] + part

    def slug(self, number: int, of: int) -> str:
        """Return the slug of one of several quizzes."""
        whole = slug_of(self.given) or f"imported-{self.content_hash[:12]}"
        if of == 1:
            return whole
        part = f"-{number}"
        return whole[: LONGEST_SLUG - len(part)].strip("-") + part


def slug_of_author(slug: str, author_id: UserId) -> str:
    """Return the slug with an end of the author's, always the same, so that a later import finds the quiz."""
    end = author_id[-_ID_IN_SLUG:].lower()
    return f"{slug[: LONGEST_SLUG - len(end) - 1].rstrip('-')}-{end}"


def slug_of(title: str | None) -> str:
    """Return a title as a slug; empty where it has no letters or digits of ASCII."""
    ascii_only = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode().lower()
    return _NO_LETTERS.sub("-", ascii_only).strip("-")[:LONGEST_SLUG].strip("-")
