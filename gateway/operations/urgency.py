"""Urgency: which requests a process takes last from, because a learner is inside an attempt.

Two marks, both cheap: the root field of a known document, and a note about each user who was inside an attempt lately.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from domain.accounts.users import Viewer
from gateway.operations.document_lookup import DocumentLookup
from gateway.operations.requests import read_request
from gateway.overload.admission import Priority
from graph.documents.operation_usage import Usage
from graph.documents.prepared import RefusedDocumentError

INSIDE = frozenset(
    {
        "answerQuestion",
        "flagSlot",
        "submitQuizAttempt",
        "answerStudyQuestion",
        "nextStudyQuestion",
        "reviewCard",
        "syncBatch",
    }
)
"""Mutations of learners who are inside an attempt, a study session or a review, or hand in what they did offline."""
BEGINS = frozenset({"startQuizAttempt", "startStudySession"})
"""Mutations after which a learner is inside; they are ordinary themselves, because what has not begun can wait."""
ENDS = frozenset({"submitQuizAttempt", "abandonQuizAttempt", "endStudySession", "syncBatch"})
"""Mutations after which a learner is inside no longer."""
NOTED_S = 600.0
"""For how many seconds a user counts as inside an attempt after the last of these."""
MOST_NOTES = 20_000
_ENDS = frozenset(f"Mutation.{name}" for name in ENDS)
_NOTED = frozenset(f"Mutation.{name}" for name in (INSIDE | BEGINS) - ENDS)


class Urgency:
    """Knows what is urgent; `clock` is in monotonic seconds."""

    def __init__(self, lookup: DocumentLookup, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._lookup = lookup
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    def note(self, user_id: str, usage: Usage | None) -> None:
        """Note that a mutation of the user was accepted."""
        if usage is None:
            return
        if not _ENDS.isdisjoint(usage.coordinates):
            self._until.pop(user_id, None)
        if _NOTED.isdisjoint(usage.coordinates):
            return
        self._until[user_id] = self._clock() + NOTED_S
        self._until.move_to_end(user_id)
        if len(self._until) > MOST_NOTES:
            self._until.popitem(last=False)

    def of_viewer(self, viewer: Viewer | None) -> Priority:
        """Return the priority of a request by its caller."""
        is_inside = viewer is not None and self._until.get(viewer.user_id, 0.0) > self._clock()
        return Priority.URGENT if is_inside else Priority.ORDINARY

    def of_parts(self, parts: Any) -> Priority:
        """Return the priority of a request by its parts; a document that is not prepared yet is ordinary."""
        try:
            request = read_request(parts)
        except RefusedDocumentError:
            return Priority.ORDINARY
        known = self._lookup.known(request)
        is_inside = known is not None and not INSIDE.isdisjoint(known.root_fields)
        return Priority.URGENT if is_inside else Priority.ORDINARY
