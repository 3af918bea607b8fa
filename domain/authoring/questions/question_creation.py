"""Creating questions: an author adds them to their bank, one or many at once, for quizzes and pools to ask."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.acts import Act
from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion
from domain.authoring.questions import question_faults, question_images
from domain.authoring.questions.wordings import (
    Wording,
    checked_explanation,
    checked_prompt,
    content_of,
    domain_among,
    domains_of,
    new_version,
)
from domain.authoring.work import AuthoringWork
from domain.content import exam_types
from domain.content.answer_keys import AnswerKey
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.key_drafts import ImageDraft, KeyDraft
from domain.content.question_kinds.key_faults import path_of
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use, key_reused
from domain.ids import ExamDomainId, ExamTypeId, Mint, QuestionId
from domain.media.media import MediaUse
from domain.refusals import all_at_once


@entity
class QuestionWords:
    """A question as its author sends it; exam type and domain by their codes."""

    exam_type: str
    domain: str
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    prompt_format: PromptFormat
    explanation: str
    key: KeyDraft
    images: list[ImageDraft]


async def create(work: AuthoringWork, act: Act, *, words: QuestionWords, key: str) -> AuthoredContent:
    """Add a question to the actor's bank; the same key returns what its first use created.

    Its name, which all its versions will share, is the id of the first one. Raises, all at once, InvalidInputErrors
    that name the fields; or IdempotencyKeyReusedError.
    """
    domain: ExamDomain | None = None
    with all_at_once() as each:
        with each:
            key = checked_key(key)
        with each:
            prompt, explanation = _checked(words)
        for name, images in (("images", words.images), ("key", list(question_images.of_key(words.key)))):
            with each:
                await question_images.check(work, images, author_id=act.user_id, field=name)
        with each:
            domain = await _domain(work, words)
    assert domain is not None  # noqa: S101 - else the block has raised
    name = QuestionId(act.mint("question"))
    earlier = await first_use(
        work.receipts, act, operation="createQuestion", key=key, given={"words": repr(words)}, result_id=name
    )
    if earlier is not None:
        return await _created(work, QuestionId(earlier))
    new, uses = _new(act, words, name, domain, prompt=prompt, explanation=explanation)
    await work.questions.add([new])
    await work.media.use(uses)
    return await _created(work, name)


async def create_all(
    work: AuthoringWork, act: Act, *, all_words: Sequence[QuestionWords], key: str
) -> list[QuestionId]:
    """Add questions of one exam type to the actor's bank, as `create` does it, in a few statements for all of them.

    Returns their ids. Raises, all at once, InvalidInputErrors that name the fields; or IdempotencyKeyReusedError where
    the key was used before.
    """
    shown = [image for words in all_words for image in (*words.images, *question_images.of_key(words.key))]
    domains = await _domains(work, all_words[0])
    with all_at_once() as each:
        with each:
            await question_images.check(work, shown, author_id=act.user_id, field="images")
        checked = []
        for words in all_words:
            with each:
                checked.append((_checked(words), domain_among(domains, words.domain, field="domain")))
    made = [
        _new(act, words, QuestionId(act.mint("question")), domain, prompt=prompt, explanation=explanation)
        for words, ((prompt, explanation), domain) in zip(all_words, checked, strict=True)
    ]
    names = [new.question.id for new, _ in made]
    given = {"words": repr(all_words)}
    if await first_use(
        work.receipts, act, operation="createQuestions", key=key, given=given, result_id=names[0]
    ):
        raise key_reused()
    await work.questions.add([new for new, _ in made])
    await work.media.use([use for _, uses in made for use in uses])
    return names


def _checked(words: QuestionWords) -> tuple[str, str]:
    """Return the prompt and the explanation of a question without faults."""
    answer = _answer(words)
    with all_at_once() as each:
        with each:
            prompt = checked_prompt(words.prompt)
        with each:
            explanation = checked_explanation(words.explanation)
        for name, fault in _faults(words, answer):
            with each:
                raise InvalidInputError(fault, field=name)
        for name, images in (("images", words.images), ("key", list(question_images.of_key(answer)))):
            with each:
                question_images.check_words(images, field=name)
        with each:
            question_images.check_count(words.images, answer, field="images")
    return prompt, explanation


def _new(
    act: Act, words: QuestionWords, name: QuestionId, domain: ExamDomain, *, prompt: str, explanation: str
) -> tuple[NewQuestion, list[MediaUse]]:
    """Return the first version of a question under its name, and the images that it shows."""
    empty = AuthoredQuestion(
        question=_empty(words, name, domain.exam_type_id, domain.id),
        key=AnswerKey(
            question_id=name,
            correct_options=frozenset(),
            truth=None,
            texts=[],
            numbers=[],
            explanation="",
            option_feedback={},
        ),
        author_id=act.user_id,
        name=name,
        version=0,
    )
    wording = Wording(
        prompt=prompt,
        prompt_format=words.prompt_format,
        explanation=explanation,
        difficulty=words.difficulty,
        domain=domain,
        key=_answer(words),
        images=words.images,
    )
    return new_version(empty, wording, mint=_first(name, act))


def _answer(words: QuestionWords) -> KeyDraft:
    return replace(words.key, ordered=words.kind is QuestionKind.ORDERING)


def _faults(words: QuestionWords, key: KeyDraft) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the words, after the name of a field."""
    yield from ((path_of("key", fault), fault) for fault in question_faults.of_key(words.kind, key))
    yield from (("prompt", fault) for fault in question_faults.of_format(words.prompt, words.prompt_format))
    yield from (("key", fault) for fault in question_faults.of_prompt(words.kind, words.prompt, key))


async def _domain(work: AuthoringWork, words: QuestionWords) -> ExamDomain:
    return domain_among(await _domains(work, words), words.domain, field="domain")


async def _domains(work: AuthoringWork, words: QuestionWords) -> dict[str, ExamDomain]:
    (exam_type,) = await work.exam_types.by_codes([words.exam_type])
    if exam_type is None:
        await exam_types.refuse_unknown(work.exam_types, field="examType")
        raise AssertionError("refuse_unknown raises")
    return await domains_of(work, exam_type.id)


def _empty(
    words: QuestionWords, id_: QuestionId, exam_type_id: ExamTypeId, domain_id: ExamDomainId
) -> Question:
    return Question(
        id=id_,
        exam_type_id=exam_type_id,
        domain_id=domain_id,
        kind=words.kind,
        difficulty=words.difficulty,
        prompt="",
        options=[],
        all_or_nothing=False,
    )


async def _created(work: AuthoringWork, question_id: QuestionId) -> AuthoredContent:
    """Return the question that a key created, in its newest version; raises NotFoundError where it is gone."""
    stored = await work.authored.lock_newest(question_id)
    if stored is None:
        raise NotFoundError(
            "The question that this key created is gone; make a new key to create another one.",
            field="idempotencyKey",
        )
    return await content_of(work, stored, stored.question.id)


def _first(name: QuestionId, act: Act) -> Mint:
    """Return what gives the question its id, and mints all others."""
    return lambda prefix: name if prefix == "question" else act.mint(prefix)
