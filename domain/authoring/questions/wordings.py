"""Wording: all that an author writes about a question, and the version of the question that is made of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain import text
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.questions import question_images
from domain.authoring.work import AuthoringWork
from domain.content.answer_keys import AnswerKey
from domain.content.drawn_keys import drawn
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import LONGEST_PROSE, ImageDraft, KeyDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import ExamTypeId, Mint, QuestionId
from domain.media.media import MediaUse


@entity
class Wording:
    """All that an author may change about a question."""

    prompt: str
    prompt_format: PromptFormat
    explanation: str
    difficulty: Difficulty
    domain: ExamDomain | None
    key: KeyDraft
    images: list[ImageDraft]


def checked_prompt(value: str) -> str:
    """Return a prompt of 1 to 10 000 characters; raises InvalidInputError."""
    return text.prose(value, field="prompt", longest=LONGEST_PROSE, shortest=1)


def checked_explanation(value: str) -> str:
    """Return an explanation of at most 10 000 characters; raises InvalidInputError."""
    return text.prose(value, field="explanation", longest=LONGEST_PROSE)


async def domain_of(
    work: AuthoringWork, exam_type_id: ExamTypeId, code: str | None, *, field: str
) -> ExamDomain:
    """Return the domain of an exam type with a code; raises InvalidInputError that names those that there are."""
    return domain_among(await domains_of(work, exam_type_id), code, field=field)


async def domains_of(work: AuthoringWork, exam_type_id: ExamTypeId) -> dict[str, ExamDomain]:
    """Return the domains of an exam type by their codes."""
    (domains,) = await work.exam_types.domains_of([exam_type_id])
    return {domain.code: domain for domain in domains}


def domain_among(domains: Mapping[str, ExamDomain], code: str | None, *, field: str) -> ExamDomain:
    """Return the domain with a code; raises InvalidInputError that names those that there are."""
    if code is None or code not in domains:
        raise InvalidInputError(
            f"{field} must be the code of a domain of the exam type. There are: {', '.join(domains)}.",
            field=field,
        )
    return domains[code]


async def content_of(
    work: AuthoringWork, stored: AuthoredQuestion, question_id: QuestionId
) -> AuthoredContent:
    """Return a stored question as an item of its author's list."""
    (content,) = await work.authored.by_ids([question_id], author_id=stored.author_id)
    assert content is not None  # noqa: S101 - it was stored or locked before
    return content


def new_version(
    stored: AuthoredQuestion, wording: Wording, *, mint: Mint
) -> tuple[NewQuestion, list[MediaUse]]:
    """Return the next version under a new id, with new ids of its options, and the images that it shows."""
    old, new_id = stored.question, QuestionId(mint("question"))
    key = drawn(wording.key, mint)
    question = replace(
        old,
        id=new_id,
        domain_id=old.domain_id if wording.domain is None else wording.domain.id,
        difficulty=wording.difficulty,
        prompt=wording.prompt,
        prompt_format=wording.prompt_format,
        options=key.options,
        all_or_nothing=wording.key.all_or_nothing,
        prompts=key.prompts,
        blanks=key.blanks,
    )
    secret = AnswerKey(
        question_id=new_id,
        correct_options=key.correct_options,
        truth=wording.key.truth,
        texts=wording.key.texts,
        numbers=wording.key.numbers,
        explanation=wording.explanation,
        option_feedback=key.option_feedback,
        parts=key.parts,
    )
    new = NewQuestion(
        question=question,
        key=secret,
        author_id=stored.author_id,
        name=stored.name,
        content_hash=_hash(old, wording),
    )
    return new, question_images.uses(new_id, wording.images, key)


def _hash(old: Question, wording: Wording) -> str:
    """Return a hash of the change: no import of the same content finds it, so that a file puts back what it says."""
    key: list[Any] = [[o.text, o.correct, o.feedback] for o in wording.key.options]
    rest: list[Any] = [
        wording.key.truth,
        [str(t) for t in wording.key.texts],
        [str(n) for n in wording.key.numbers],
    ]
    rest += [str(wording.key.prompts), str(wording.key.blanks)]
    rest += [wording.prompt_format.value, str(wording.images), str(list(question_images.of_key(wording.key)))]
    said = [old.id, wording.prompt, wording.explanation, wording.difficulty.value, key, *rest]
    return "edited " + hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
