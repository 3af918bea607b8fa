"""Writing explanations: what the language model gets of a closed slot, and where its text is kept."""

from collections.abc import Sequence

from domain.acts import Act
from domain.ai.assistants import Written
from domain.ai.requests import AiRequest, Purpose
from domain.assessment import answer_reveal
from domain.assessment.answer_reveal import RevealedKey
from domain.content.answers import Answer
from domain.content.questions import Question
from domain.errors import NotFoundError
from domain.generation.generation_starts import NotRevealedError
from domain.generation.generations import (
    Explanation,
    Generation,
    GenerationResult,
    authorship,
)
from domain.generation.work import GenerationWork
from domain.ids import AttemptId, ExplanationId, OptionId, QuestionId

PROMPT = "explanation"
LONGEST_TEXT = 20_000
_TOKENS = 800


async def explanation_request(work: GenerationWork, generation: Generation) -> tuple[AiRequest, QuestionId]:
    """Return the request for an explanation, with the key, which the closed attempt shows.

    Raises NotRevealedError where an attempt that was opened meanwhile asks the question, and NotFoundError.
    """
    place = (AttemptId(generation.asked["attempt"]), int(generation.asked["slot"]))
    (slot,) = await work.attempts.revealed([place], user_id=generation.user_id)
    if slot is None:
        raise _not_revealed()
    (shown,) = await answer_reveal.revealed(work, [slot])
    (question,) = await work.questions.by_ids([slot.question_id])
    if shown is None or question is None:
        raise NotFoundError("The question is gone.", field="slot")
    request = AiRequest(
        caller_id=generation.user_id,
        roles=frozenset(await work.users.roles_of(generation.user_id) or []),
        purpose=Purpose.EXPLANATION,
        prompt=PROMPT,
        longest=_TOKENS,
        quoted={
            "question": _asked(question),
            "answer": _answered(question, slot.answer),
            "key": _right(question, shown.key),
            "explanation": shown.explanation,
        },
    )
    return request, slot.question_id


async def check_revealed(work: GenerationWork, generation: Generation) -> None:
    """Raise NotRevealedError where an attempt that was opened meanwhile asks the question."""
    place = (AttemptId(generation.asked["attempt"]), int(generation.asked["slot"]))
    (slot,) = await work.attempts.revealed([place], user_id=generation.user_id)
    if slot is None:
        raise _not_revealed()


async def store_explanation(
    work: GenerationWork, act: Act, generation: Generation, written: Written[str], question_id: QuestionId
) -> GenerationResult:
    """Keep the text for the learner of the slot."""
    explanation = Explanation(
        id=ExplanationId(act.mint("explanation")),
        user_id=generation.user_id,
        attempt_id=AttemptId(generation.asked["attempt"]),
        number=int(generation.asked["slot"]),
        question_id=question_id,
        generation_id=generation.id,
        created_at=act.now,
    )
    kept = await work.generations.explain(explanation, written.value[:LONGEST_TEXT])
    result = GenerationResult(explanation_id=kept)
    await work.generations.finish(generation.id, authorship(written, PROMPT), result, now=act.now)
    return result


async def shown_texts(work: GenerationWork, explanations: Sequence[Explanation | None]) -> list[str | None]:
    """Return the text of each explanation whose learner may see what was right now; None for the others."""
    there = [each for each in explanations if each is not None]
    if not there:
        return [None] * len(explanations)
    user_id = there[0].user_id
    slots = await work.attempts.revealed([each.place for each in there], user_id=user_id)
    ids = [each.id for each, slot in zip(there, slots, strict=True) if slot is not None]
    texts = dict(zip(ids, await work.generations.texts(ids, user_id=user_id), strict=True)) if ids else {}
    return [None if each is None else texts.get(each.id) for each in explanations]


def _not_revealed() -> NotRevealedError:
    return NotRevealedError(
        "What was right is not shown at present; end the attempt that asks the question, and try again.",
        field="slot",
    )


def _asked(question: Question) -> str:
    options = [*question.options, *(option for blank in question.blanks for option in blank.options)]
    lines = [question.prompt, *(f"({prompt.number}) {prompt.text}" for prompt in question.prompts)]
    return "\n".join([*lines, *(f"- {option.text}" for option in options)])


def _texts(question: Question) -> dict[OptionId, str]:
    options = [*question.options, *(option for blank in question.blanks for option in blank.options)]
    return {option.id: option.text for option in options}


def _answered(question: Question, answer: Answer | None) -> str:
    """Return an answer in words."""
    return "nothing" if answer is None else _words(answer, _texts(question)) or "nothing"


def _words(answer: Answer, texts: dict[OptionId, str]) -> str:
    said = [texts.get(option, "") for option in (*(answer.options or ()), *(answer.order or ()))]
    said += [] if answer.truth is None else ["true" if answer.truth else "false"]
    said += [] if answer.text is None else [answer.text]
    said += [] if answer.number is None else [format(answer.number, "f")]
    said += [f"({pair.prompt}) {texts.get(pair.option, '')}" for pair in answer.pairs or ()]
    said += [
        f"({blank.number}) {blank.text or texts.get(blank.option or OptionId(''), '')}"
        for blank in answer.blanks or ()
    ]
    return "; ".join(said)


def _right(question: Question, key: RevealedKey) -> str:
    """Return what was right in words."""
    texts = _texts(question)
    said = [texts.get(option, "") for option in (*key.correct_option_ids, *key.order)]
    said += [] if key.truth is None else ["true" if key.truth else "false"]
    said += [accepted.text for accepted in key.accepted_texts]
    said += [f"{each.low} to {each.high}" for each in key.accepted_ranges]
    said += [f"({pair.prompt}) {texts.get(pair.option, '')}" for pair in key.pairs]
    for blank in key.blanks:
        inside = [accepted.text for accepted in blank.accepted_texts]
        inside += [f"{each.low} to {each.high}" for each in blank.accepted_ranges]
        inside += [] if blank.option is None else [texts.get(blank.option, "")]
        said.append(f"({blank.number}) {' or '.join(inside)}")
    return "; ".join(each for each in said if each)
