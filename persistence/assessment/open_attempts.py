"""Conditions of open attempts, as text: which are open, what they ask, and which slots hide their question still."""

from domain.assessment.attempts import GRACE

_GRACE_S = int(GRACE.total_seconds())


def is_open(attempt: str, now: str) -> str:
    """Return the condition that an attempt takes answers still: it is in progress, and not overdue.

    Attempts in progress are those without an end. With `state = 'IN_PROGRESS'` the planner may walk the partial index
    of all open attempts from end to end; without an end they are found in the index by learner and end.
    """
    return f"""{attempt}.finished_at IS NULL
        AND ({attempt}.deadline IS NULL OR {attempt}.deadline + interval '{_GRACE_S} s' >= {now})"""


def is_hidden(attempt: str, slot: str) -> str:
    """Return the condition that a slot of an open attempt does not show what was right: at its end, or not answered."""
    return f"NOT ({attempt}.feedback = 'AFTER_EACH' AND {slot}.answered_at IS NOT NULL)"


def slots_questions(attempt: str) -> str:
    """Return the ids of the questions of an attempt, as an array."""
    return f"ARRAY(SELECT w.question_id FROM attempt_slots w WHERE w.attempt_id = {attempt}.id)"  # noqa: S608
