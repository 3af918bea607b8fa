"""Question staging: turns what a reader yields into rows that wait until the whole file has been read."""

import hashlib
from collections.abc import Iterable
from dataclasses import field, replace
from typing import Any

from domain.content.exam_types import MOST_DOMAINS
from domain.content.quizzes import MOST_QUESTIONS, Feedback
from domain.entities import entity
from domain.imports.question_drafts import (
    DomainDraft,
    ExamTypeDraft,
    FileQuiz,
    QuestionDraft,
    content_hash,
    digest,
    faults,
)
from domain.imports.question_files import DEFAULT_PASS_MARK
from domain.imports.readers import (
    ExamTypeItem,
    LossNote,
    MediaFile,
    QuestionItem,
    QuizItem,
    ReadLimits,
    Record,
    RefusedItem,
)
from domain.imports.reports import Finding, shown
from domain.imports.runs.imports import StagedItem, StagedKind
from domain.imports.storage import staged_drafts
from domain.imports.storage.quiz_titles import QuizTitle
from domain.imports.storage.staged_media import StagedImage
from domain.media import image_types
from domain.media.image_types import ImageRefusedError
from domain.media.media import name_of
from domain.media.media_files import MediaFiles


@entity
class StagedBatch:
    """What a part of a file becomes: rows, refusals, losses, and media whose bytes are to be stored."""

    items: list[StagedItem] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    losses: list[Finding] = field(default_factory=list)
    images: list[StagedImage] = field(default_factory=list)


class QuestionStaging:
    """Stages one file. It keeps a hash of each question, to find repeated ones and to name those of a quiz.

    The bytes of images go to `files` at once, so that they need not be held.
    """

    def __init__(
        self,
        *,
        exam_type_code: str,
        title: QuizTitle,
        refuses_repeated: bool,
        files: MediaFiles,
        limits: ReadLimits,
    ) -> None:
        self.accepted = 0
        self._code = exam_type_code
        self._title = title
        self._refuses_repeated = refuses_repeated
        self._exam_type: ExamTypeDraft | None = None
        self._domains: dict[str, None] = {}
        self._hashes: list[str] = []
        self._first_lines: dict[str, int] = {}
        self._place = 0
        self._has_quizzes = False
        self._files = files
        self._limits = limits
        self._image_hashes: dict[str, str] = {}

    def take(self, records: Iterable[Record]) -> StagedBatch:
        """Stage the next records of the file."""
        batch = StagedBatch()
        for record in records:
            if isinstance(record, QuestionItem):
                self._question(record, batch)
            elif isinstance(record, RefusedItem):
                batch.refused.append(_finding(record.line, record.item, record.reason))
            elif isinstance(record, LossNote):
                batch.losses.append(_finding(record.line, record.item, record.reason))
            elif isinstance(record, MediaFile):
                self._image(record, batch)
            elif isinstance(record, ExamTypeItem):
                self._exam_type, self._code = record.draft, record.draft.code
            else:
                self._quiz(record, batch)
        return batch

    def rest(self) -> StagedBatch:
        """Stage the exam type, and quizzes of all questions where the file has named none."""
        batch = StagedBatch()
        draft = self._exam_type or _exam_type(self._code, [*self._domains])
        self._add(batch, StagedKind.EXAM_TYPE, 1, self._code, staged_drafts.of_exam_type(draft))
        if self._has_quizzes:
            return batch
        hashes = list(self._first_lines)
        parts = range(0, len(hashes), MOST_QUESTIONS)
        for number, start in enumerate(parts, start=1):
            quiz = _quiz(self._title, number=number, of=len(parts))
            self._add_quiz(batch, quiz, hashes[start : start + MOST_QUESTIONS])
        return batch

    def _question(self, item: QuestionItem, batch: StagedBatch) -> None:
        draft = item.draft
        for fault in faults(draft):
            batch.refused.append(_finding(draft.line, draft.name, fault))
            self._hashes.append("")
            return
        if not self._has_domain(draft):
            reason = f"An exam type may have at most {MOST_DOMAINS} domains, and this is one more."
            batch.refused.append(_finding(draft.line, draft.name, reason))
            self._hashes.append("")
            return
        content = self._content_hash(item)
        self._hashes.append(content)
        first = self._first_lines.get(content)
        if first is not None:
            self._repeated(draft, first, batch)
            return
        self._first_lines[content] = draft.line
        self.accepted += 1
        values = staged_drafts.of_question(draft) | {"media": list(item.media)}
        self._add(batch, StagedKind.QUESTION, draft.line, content, values)

    def _content_hash(self, item: QuestionItem) -> str:
        """Return the hash of a question with its images: the same words about another image are another question."""
        content = content_hash(item.draft, exam_type=self._code)
        if not item.media:
            return content
        return digest([content, [self._image_hashes.get(name, name) for name in item.media]])

    def _image(self, file: MediaFile, batch: StagedBatch) -> None:
        try:
            facts = image_types.facts_of(file.content, largest=self._limits.largest_media)
        except ImageRefusedError as refused:
            batch.losses.append(_finding(file.line, file.name, f"The picture is not kept. {refused.reason}"))
            return
        sha256 = hashlib.sha256(file.content).hexdigest()
        self._files.keep(name_of(sha256, facts.kind), file.content)
        self._image_hashes[file.name] = sha256
        image = StagedImage(
            name=file.name, line=file.line, sha256=sha256, size_bytes=len(file.content), facts=facts
        )
        batch.images.append(image)

    def _repeated(self, draft: QuestionDraft, first: int, batch: StagedBatch) -> None:
        reason = f"It is the same question as the one on line {first}."
        if self._refuses_repeated:
            batch.refused.append(_finding(draft.line, draft.name, reason))
        else:
            batch.losses.append(
                _finding(draft.line, draft.name, f"{reason.removesuffix('.')}; it is left out.")
            )

    def _has_domain(self, draft: QuestionDraft) -> bool:
        """Tell whether there is room for the domain, where the file names no exam type with domains of its own."""
        if self._exam_type is None:
            self._domains.setdefault(draft.domain)
        return len(self._domains) <= MOST_DOMAINS

    def _quiz(self, item: QuizItem, batch: StagedBatch) -> None:
        self._has_quizzes = True
        named = [self._hashes[place] for place in item.draft.questions]
        hashes = list(dict.fromkeys(each for each in named if each))
        if hashes:
            self._add_quiz(batch, item.draft, hashes)

    def _add_quiz(self, batch: StagedBatch, draft: FileQuiz, hashes: list[str]) -> None:
        content = {"quiz": staged_drafts.of_quiz(replace(draft, questions=[])), "questions": hashes}
        self._add(batch, StagedKind.QUIZ, draft.line, draft.slug, content)

    def _add(
        self, batch: StagedBatch, kind: StagedKind, line: int, content_hash: str, content: dict[str, Any]
    ) -> None:
        batch.items.append(
            StagedItem(place=self._place, kind=kind, line=line, content_hash=content_hash, content=content)
        )
        self._place += 1


def _exam_type(code: str, domains: list[str]) -> ExamTypeDraft:
    names = [
        DomainDraft(code=each, name=each.capitalize() if each.isalpha() else each, weight=0)
        for each in domains
    ]
    name = code.capitalize() if code == "general" else code
    return ExamTypeDraft(code=code, name=name, description="", domains=names)


def _quiz(title: QuizTitle, *, number: int, of: int) -> FileQuiz:
    return FileQuiz(
        line=1,
        slug=title.slug(number, of),
        title=title.title(number, of),
        description="",
        time_limit=None,
        pass_mark=DEFAULT_PASS_MARK,
        feedback=Feedback.AT_END,
        closes_at=None,
        questions=[],
        is_slug_made=True,
    )


def _finding(line: int, item: str, reason: str) -> Finding:
    return Finding(line=line, item=shown(item, 80), reason=shown(reason, 1_000))
