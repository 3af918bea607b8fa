"""Score only: the condition that some quiz asks a question whose key learners never see."""


def is_score_only(question: str) -> str:
    """Return the condition that a quiz which shows the score only, archived or not, asks or may draw a question."""
    return f"""(EXISTS (
        SELECT FROM quiz_questions hidden_asked JOIN quizzes hidden_quiz ON hidden_quiz.id = hidden_asked.quiz_id
        WHERE hidden_asked.question_id = {question}.id AND hidden_quiz.feedback = 'SCORE_ONLY'
    ) OR EXISTS (
        SELECT FROM quizzes hidden_quiz JOIN quiz_pools hidden_pool ON hidden_pool.quiz_id = hidden_quiz.id
        WHERE hidden_quiz.author_id = {question}.author_id AND hidden_quiz.exam_type_id = {question}.exam_type_id
        AND hidden_quiz.feedback = 'SCORE_ONLY'
        AND (hidden_pool.domain_id IS NULL OR hidden_pool.domain_id = {question}.domain_id)
        AND (hidden_pool.difficulty IS NULL OR hidden_pool.difficulty = {question}.difficulty)
    ))"""  # noqa: S608 - a name of the code
