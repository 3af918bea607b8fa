"""Hidden questions: those that an open attempt of the viewer's asks, and does not show the answer of yet."""

from persistence.assessment.open_attempts import is_hidden
from persistence.content.question_versions import lineage

HIDDEN = f"""hidden AS MATERIALIZED (
    SELECT {lineage("h")} AS lineage FROM quiz_attempts o
    JOIN attempt_slots s ON s.attempt_id = o.id JOIN questions h ON h.id = s.question_id
    WHERE o.user_id = :viewer_id AND o.finished_at IS NULL AND {is_hidden("o", "s")}
)"""  # noqa: S608 - conditions of our own
"""The CTE `hidden` of the questions in all their versions, of the user `viewer_id`."""


def hides(question: str) -> str:
    """Return the condition that a row of `questions` is hidden."""
    return f"{lineage(question)} IN (SELECT lineage FROM hidden)"  # noqa: S608 - names of columns


def same_question(one: str, other: str) -> str:
    """Return the condition that two rows of `questions` are versions of one question, which an index finds."""
    return (
        f"{one}.author_id = {other}.author_id AND {one}.exam_type_id = {other}.exam_type_id "
        f"AND {one}.name = {other}.name"
    )
