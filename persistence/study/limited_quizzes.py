"""Limited quizzes: the condition that a quiz may ask a question at which the learner has a limited number left."""

from persistence.content.question_versions import lineage

_HAS_LEFT = """z.attempts_allowed IS NOT NULL AND z.withdrawn_at IS NULL AND z.exam_type_id = :exam_type_id
    AND (z.closes_at IS NULL OR z.closes_at > CAST(:now AS timestamptz))
    AND (SELECT count(*) FROM quiz_attempts t WHERE t.user_id = :user_id AND t.quiz_id = z.id) < z.attempts_allowed"""


def is_limited(question: str) -> str:
    """Return the condition, of any version of the question; it reads :user_id, :exam_type_id and :now."""
    return f"""({lineage(question)} IN (
        SELECT {lineage("v")} FROM quizzes z JOIN quiz_questions a ON a.quiz_id = z.id
        JOIN questions v ON v.id = a.question_id
        WHERE {_HAS_LEFT}
    ) OR EXISTS (
        SELECT FROM quizzes z JOIN quiz_pools p ON p.quiz_id = z.id
        WHERE z.author_id = {question}.author_id AND {_HAS_LEFT}
        AND (p.domain_id IS NULL OR p.domain_id = {question}.domain_id)
        AND (p.difficulty IS NULL OR p.difficulty = {question}.difficulty)
    ))"""  # noqa: S608 - a name of the code
