"""Ids for imported questions and quizzes; the ids of options do not reveal which one is right."""

from domain import ids
from domain.acts import Act
from domain.content.answer_keys import AnswerKey
from domain.content.answers import Option
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.question_kinds.key_drafts import OptionDraft
from domain.content.questions import NewQuestion, Question
from domain.content.quizzes import Quiz
from domain.ids import ExamDomainId, ExamTypeId, Mint, OptionId, QuestionId, QuizId
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
    options = shuffled(draft.key.options, act.mint)
    asked = Question(
        id=QuestionId(act.mint("question")),
        exam_type_id=domain.exam_type_id,
        domain_id=domain.id,
        kind=draft.kind,
        difficulty=draft.difficulty,
        prompt=draft.prompt,
        options=[Option(id=option_id, text=option.text) for option_id, option in options],
        all_or_nothing=draft.key.all_or_nothing,
    )
    by_option: dict[str, str] = {option_id: o.feedback for option_id, o in options if o.feedback}
    key = AnswerKey(
        question_id=asked.id,
        correct_options=frozenset(option_id for option_id, option in options if option.correct),
        truth=draft.key.truth,
        texts=draft.key.texts,
        numbers=draft.key.numbers,
        explanation=draft.explanation,
        option_feedback=draft.key.feedback | by_option,
    )
    return NewQuestion(
        question=asked, key=key, author_id=act.user_id, name=draft.name, content_hash=content_hash
    )


def shuffled(options: list[OptionDraft], mint: Mint) -> list[tuple[OptionId, OptionDraft]]:
    """Return the options with ids, by id, which is a random order.

    Authors often write the right option first. An id made from the time would tell their order, even where the
    milliseconds are the same and its random bits are known.
    """
    drawn = ((OptionId(ids.without_time(mint("option"))), option) for option in options)
    return sorted(drawn, key=lambda pair: pair[0])


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
