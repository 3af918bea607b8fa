"""Ids for imported questions and quizzes; the ids of options do not reveal which one is right."""

from domain.acts import Act
from domain.content.answer_keys import AnswerKey
from domain.content.drawn_keys import drawn
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.questions import NewQuestion, Question
from domain.content.quizzes import Quiz
from domain.ids import ExamDomainId, ExamTypeId, Mint, QuestionId, QuizId
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, FileQuiz, QuestionDraft


def exam_type(act: Act, draft: ExamTypeDraft) -> ExamType:
    """Give an exam type its id and its author."""
    return ExamType(
        id=ExamTypeId(act.mint("examtype")),
        code=draft.code,
        name=draft.name,
        description=draft.description,
        author_id=act.user_id,
    )


def domain(draft: DomainDraft, exam_type_id: ExamTypeId, mint: Mint) -> ExamDomain:
    """Give a domain its id."""
    return ExamDomain(
        id=ExamDomainId(mint("domain")),
        exam_type_id=exam_type_id,
        code=draft.code,
        name=draft.name,
        weight=draft.weight,
    )


def question(act: Act, draft: QuestionDraft, content_hash: str, *, domain: ExamDomain) -> NewQuestion:
    """Give a question and its options their ids, and separate its key."""
    key = drawn(draft.key, act.mint)
    asked = Question(
        id=QuestionId(act.mint("question")),
        exam_type_id=domain.exam_type_id,
        domain_id=domain.id,
        kind=draft.kind,
        difficulty=draft.difficulty,
        prompt=draft.prompt,
        options=key.options,
        all_or_nothing=draft.key.all_or_nothing,
        prompts=key.prompts,
        blanks=key.blanks,
        prompt_format=draft.prompt_format,
    )
    secret = AnswerKey(
        question_id=asked.id,
        correct_options=key.correct_options,
        truth=draft.key.truth,
        texts=draft.key.texts,
        numbers=draft.key.numbers,
        explanation=draft.explanation,
        option_feedback=key.option_feedback,
        parts=key.parts,
    )
    return NewQuestion(
        question=asked, key=secret, author_id=act.user_id, name=draft.name, content_hash=content_hash
    )


def quiz(act: Act, draft: FileQuiz, exam_type_id: ExamTypeId, *, question_count: int | None = None) -> Quiz:
    """Give a quiz its id; it has the questions that its draft names, or so many as given."""
    return Quiz(
        id=QuizId(act.mint("quiz")),
        slug=draft.slug,
        title=draft.title,
        description=draft.description,
        exam_type_id=exam_type_id,
        author_id=act.user_id,
        time_limit=draft.time_limit,
        pass_mark=draft.pass_mark,
        feedback=draft.feedback,
        question_count=len(draft.questions) if question_count is None else question_count,
        closes_at=draft.closes_at,
    )
