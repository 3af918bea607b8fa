"""Ids for what a file describes; those of options say nothing about which one is right."""

import hashlib

from domain.ids import ExamDomainId, ExamTypeId, Mint, OptionId, QuestionId, QuizId, UserId
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, OptionDraft, QuestionDraft, QuizDraft
from domain.questions import AnswerKey, NewQuestion, Option, Question
from domain.quizzes import ExamDomain, ExamType, Quiz


def exam_type(draft: ExamTypeDraft, mint: Mint) -> ExamType:
    """Give an exam type its id."""
    return ExamType(
        id=ExamTypeId(mint("examtype")), code=draft.code, name=draft.name, description=draft.description
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


def question(
    draft: QuestionDraft, content_hash: str, *, domain: ExamDomain, author_id: UserId, mint: Mint
) -> NewQuestion:
    """Give a question and its options their ids, and tell its key apart from its face."""
    options = shuffled(draft.options, mint)
    face = Question(
        id=QuestionId(mint("question")),
        exam_type_id=domain.exam_type_id,
        domain_id=domain.id,
        kind=draft.kind,
        difficulty=draft.difficulty,
        prompt=draft.prompt,
        options=[Option(id=option_id, text=option.text) for option_id, option in options],
        all_or_nothing=draft.all_or_nothing,
    )
    told: dict[str, str] = {option_id: option.feedback for option_id, option in options if option.feedback}
    key = AnswerKey(
        question_id=face.id,
        correct_options=frozenset(option_id for option_id, option in options if option.correct),
        truth=draft.truth,
        texts=draft.texts,
        numbers=draft.numbers,
        explanation=draft.explanation,
        option_feedback=draft.feedback | told,
    )
    return NewQuestion(
        question=face, key=key, author_id=author_id, name=draft.name, content_hash=content_hash
    )


def shuffled(options: list[OptionDraft], mint: Mint) -> list[tuple[OptionId, OptionDraft]]:
    """Return the options with ids, by id, in an order that has nothing to do with that of the file.

    Ids order by the time they were minted, and authors like to write the right option first. So the options are
    put in order by the hashes of minted lots first, which are then thrown away: unlike the random bits of the
    ids themselves, nobody who sees the options can compute them again.
    """
    lots = [hashlib.sha256(mint("lot").encode()).digest() for _ in options]
    drawn = [option for _, option in sorted(zip(lots, options, strict=True), key=lambda pair: pair[0])]
    return sorted(((OptionId(mint("option")), option) for option in drawn), key=lambda pair: pair[0])


def quiz(draft: QuizDraft, exam_type_id: ExamTypeId, *, author_id: UserId, mint: Mint) -> Quiz:
    """Give a quiz its id."""
    return Quiz(
        id=QuizId(mint("quiz")),
        slug=draft.slug,
        title=draft.title,
        description=draft.description,
        exam_type_id=exam_type_id,
        author_id=author_id,
        time_limit=draft.time_limit,
        pass_mark=draft.pass_mark,
        feedback=draft.feedback,
        question_count=len(draft.questions),
        closes_at=draft.closes_at,
    )
