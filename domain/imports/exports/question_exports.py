"""Question exports: an author takes the questions of a quiz out, with their keys, as a file of a format."""

import asyncio

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.content.answer_keys import AnswerKey
from domain.content.drawn_keys import as_draft
from domain.content.exam_types import ExamType
from domain.content.questions import Question
from domain.content.quizzes import Quiz
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import ExamDomainId, QuizId
from domain.imports.exports import exported_pictures
from domain.imports.exports.exported_files import EXPORTED_KINDS, ExportedFile, ExportFormat, ExportLosses
from domain.imports.exports.file_table import FILE_KINDS
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, FileQuiz, QuestionDraft, QuestionFile
from domain.imports.work import ImportsWork
from domain.media.media_files import MediaFiles

LARGEST_FILE = 5_000_000
"""How many bytes a file in a response may hold."""
_ONLY_AUTHOR = "Only the author may export a quiz, because the file holds its answer keys."


async def export_quiz(
    work: ImportsWork, act: Act, files: MediaFiles, *, quiz_id: QuizId, format: ExportFormat
) -> ExportedFile:
    """Return the questions of the actor's quiz with their keys, and note in the audit log that they left.

    Raises NotFoundError, ForbiddenError where the quiz is another author's, or InvalidInputError for a large file.
    """
    (quiz,) = await work.quizzes.by_ids([quiz_id])
    if quiz is None:
        raise NotFoundError("There is no such quiz.", field="quizId")
    if quiz.author_id != act.user_id:
        raise ForbiddenError(_ONLY_AUTHOR, field="quizId")
    file = await export_quiz_as_operator(work, act, files, quiz, format=format)
    if len(file.content) > LARGEST_FILE:
        raise InvalidInputError(
            f"The file has more than {LARGEST_FILE:,} bytes; ask an operator for it, or export it in smaller quizzes.",
            field="quizId",
        )
    return file


async def export_quiz_as_operator(
    work: ImportsWork, act: Act, files: MediaFiles, quiz: Quiz, *, format: ExportFormat
) -> ExportedFile:
    """Return the questions of a quiz with their keys, whoever is its author; the audit log notes it."""
    losses = ExportLosses()
    file = await _question_file(work, quiz, losses, files if FILE_KINDS[format].holds_pictures else None)
    await audit.record(
        work.audit, act, AuditAction.QUIZ_EXPORTED, target=quiz.id, difference={"format": format.value}
    )
    kind = FILE_KINDS[format]
    content = await asyncio.to_thread(kind.write, file, losses)
    return ExportedFile(
        name=quiz.slug + kind.extension,
        media_type=kind.media_type,
        content=content,
        losses=losses.listed(),
    )


async def _question_file(
    work: ImportsWork, quiz: Quiz, losses: ExportLosses, files: MediaFiles | None
) -> QuestionFile:
    ids = await work.quizzes.question_ids(quiz.id)
    names = await work.questions.names_by_ids(ids, author_id=quiz.author_id)
    found = zip(await work.questions.by_ids(ids), await work.questions.keys_by_ids(ids), names, strict=True)
    asked = [
        (question, key, name) for question, key, name in found if question is not None and key is not None
    ]
    (exam_type,) = await work.exam_types.by_ids([quiz.exam_type_id])
    (domains,) = await work.exam_types.domains_of([quiz.exam_type_id])
    codes = {domain.id: domain.code for domain in domains}
    drafts = [
        _draft(place, question, key, name or f"question {place + 1}", codes)
        for place, (question, key, name) in enumerate(asked)
    ]
    asked_ids = [question.id for question, _, _ in asked]
    for draft in drafts:
        if draft.kind not in EXPORTED_KINDS:
            losses.add(draft.name, f"Left out: questions of the kind {draft.kind.value} cannot be exported.")
    shown = await work.media.shown_by(asked_ids)
    with_images = await asyncio.to_thread(exported_pictures.added, drafts, shown, files, losses)
    questions = [draft for draft in with_images if draft.kind in EXPORTED_KINDS]
    _note_settings(quiz, losses)
    used = {question.domain for question in questions}
    kept = [
        DomainDraft(code=domain.code, name=domain.name, weight=domain.weight)
        for domain in domains
        if domain.code in used
    ]
    return QuestionFile(
        format="",
        exam_type=_exam_type(exam_type, kept),
        questions=questions,
        quizzes=[_quiz(quiz, len(questions))],
    )


def _note_settings(quiz: Quiz, losses: ExportLosses) -> None:
    """Note what no format of files has."""
    if quiz.drawn_count:
        losses.add(quiz.slug, f"Left out: {quiz.drawn_count} question(s) that each attempt draws from pools.")
    others = [quiz.opens_at, quiz.attempts_allowed, quiz.cool_down]
    if any(each is not None for each in others) or quiz.shuffle_questions or not quiz.shuffle_options:
        losses.add(quiz.slug, "Left out: when it opens, how often it may be taken, and what is shuffled.")


def _draft(
    place: int, question: Question, key: AnswerKey, name: str, codes: dict[ExamDomainId, str]
) -> QuestionDraft:
    return QuestionDraft(
        line=place + 1,
        path=(),
        name=name,
        domain=codes.get(question.domain_id, ""),
        kind=question.kind,
        difficulty=question.difficulty,
        prompt=question.prompt,
        explanation=key.explanation,
        key=as_draft(question, key),
        prompt_format=question.prompt_format,
    )


def _exam_type(exam_type: ExamType | None, domains: list[DomainDraft]) -> ExamTypeDraft:
    if exam_type is None:
        return ExamTypeDraft(code="general", name="General", description="", domains=domains)
    return ExamTypeDraft(
        code=exam_type.code, name=exam_type.name, description=exam_type.description, domains=domains
    )


def _quiz(quiz: Quiz, questions: int) -> FileQuiz:
    return FileQuiz(
        line=1,
        slug=quiz.slug,
        title=quiz.title,
        description=quiz.description,
        time_limit=quiz.time_limit,
        pass_mark=quiz.pass_mark,
        feedback=quiz.feedback,
        closes_at=quiz.closes_at,
        questions=list(range(questions)),
    )
