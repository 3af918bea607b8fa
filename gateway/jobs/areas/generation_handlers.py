"""Generation handlers: what a worker does to have a language model write a draft, a part of one, or an explanation.

Each reads in one unit of work, asks with none open, and stores in another, together with what it was asked.
"""

from typing import Any, TypeVar

from domain.ai.assistants import Written
from domain.ai.errors import AiOutputRefusedError
from domain.ai.requests import AiRequest, OutputShape
from domain.generation import roadmap_outputs, written_explanations, written_quizzes, written_roadmaps
from domain.generation.generation_jobs import KINDS, GenerationArguments
from domain.generation.generations import Generation, GenerationKind, GenerationResult
from gateway.jobs.areas.answer_progress import ANSWERED, ASKED, following
from gateway.jobs.handlers import Handlers, InSteps, JobContext, metered

T = TypeVar("T")
_MOST_FINDINGS = 5
"""How many findings the error of a job names."""


async def generate_roadmap(context: JobContext, arguments: GenerationArguments) -> dict[str, Any]:
    """Write a roadmap."""
    generation = await _generation(context, arguments)
    if generation is None or generation.finished_at is not None:
        return _known(generation)
    async with context.ports.open_reads(metered()) as reads:
        request = await written_roadmaps.roadmap_request(reads, generation)
    await context.report(ASKED, "Asking for a roadmap.")
    written = await _written(context, request, roadmap_outputs.roadmap_shape())
    await context.report(ANSWERED, f"Storing a draft of {len(written.value.nodes)} nodes.")
    async with context.open_work() as work:
        act = written_roadmaps.by(context.act(), generation)
        return _result(await written_roadmaps.store_roadmap(work, act, generation, written))


async def generate_quiz(context: JobContext, arguments: GenerationArguments) -> dict[str, Any]:
    """Write a quiz, or one question of its draft."""
    generation = await _generation(context, arguments)
    if generation is None or generation.finished_at is not None:
        return _known(generation)
    async with context.ports.open_reads(metered()) as reads:
        plan = await written_quizzes.quiz_plan(reads, generation)
    await context.report(ASKED, f"Asking for {plan.request.values['count']} questions.")
    written = await _written(context, plan.request, plan.shape)
    await context.report(ANSWERED, f"Storing {len(written.value)} questions.")
    is_part = generation.kind is GenerationKind.QUIZ_QUESTION
    store = written_quizzes.store_question if is_part else written_quizzes.store_quiz
    async with context.open_work() as work:
        act = written_roadmaps.by(context.act(), generation)
        return _result(await store(work, act, generation, written))


async def explain_answer(context: JobContext, arguments: GenerationArguments) -> dict[str, Any]:
    """Explain an answer; before each request it is checked that no open attempt asks the question by now."""
    generation = await _generation(context, arguments)
    if generation is None or generation.finished_at is not None:
        return _known(generation)
    async with context.ports.open_reads(metered()) as reads:
        request, question_id = await written_explanations.explanation_request(reads, generation)
    await context.report(ASKED, "Asking for an explanation.")

    async def check() -> None:
        async with context.ports.open_reads(metered()) as reads:
            await written_explanations.check_revealed(reads, generation)

    written = await context.ports.assistant.text(request, before=check)
    async with context.open_work() as work:
        act = written_roadmaps.by(context.act(), generation)
        return _result(
            await written_explanations.store_explanation(work, act, generation, written, question_id)
        )


async def regenerate_node(context: JobContext, arguments: GenerationArguments) -> dict[str, Any]:
    """Write one node of a draft once more."""
    generation = await _generation(context, arguments)
    if generation is None or generation.finished_at is not None:
        return _known(generation)
    async with context.ports.open_reads(metered()) as reads:
        request, key = await written_roadmaps.node_request(reads, generation)
    await context.report(ASKED, "Asking for a node.")
    written = await _written(context, request, roadmap_outputs.node_shape(key))
    async with context.open_work() as work:
        act = written_roadmaps.by(context.act(), generation)
        return _result(await written_roadmaps.store_node(work, act, generation, written))


async def _written(context: JobContext, request: AiRequest, shape: OutputShape[T]) -> Written[T]:
    """Ask for a value; raises AiOutputRefusedError whose message says what was wrong with the second answer."""
    heard = following(context, "The language model is writing.", longest=request.longest)
    try:
        return await context.ports.assistant.write(request, shape, heard=heard)
    except AiOutputRefusedError as refused:
        said = "; ".join(finding.rstrip(".") for finding in refused.findings[:_MOST_FINDINGS])
        raise AiOutputRefusedError(
            f"The language model answered twice with what cannot be kept: {said}. Ask again.",
            findings=refused.findings,
        ) from refused


async def _generation(context: JobContext, arguments: GenerationArguments) -> Generation | None:
    """Return the generation; None where it went with its user's account."""
    async with context.ports.open_reads(metered()) as reads:
        (found,) = await reads.generations.by_ids([arguments.generation_id], user_id=arguments.user_id)
    return found


def _known(generation: Generation | None) -> dict[str, Any]:
    """Return the result of a generation that an earlier run of the job has stored, or that there is none any more."""
    if generation is None:
        return {"outcome": "GONE"}
    return _result(
        GenerationResult(
            version_id=generation.version_id,
            draft_id=generation.draft_id,
            explanation_id=generation.explanation_id,
        )
    )


def _result(result: GenerationResult) -> dict[str, Any]:
    named = {"version": result.version_id, "draft": result.draft_id, "explanation": result.explanation_id}
    return {name: id_ for name, id_ in named.items() if id_ is not None}


HANDLERS: Handlers = {
    KINDS[GenerationKind.ROADMAP].name: InSteps(generate_roadmap),
    KINDS[GenerationKind.QUIZ].name: InSteps(generate_quiz),
    KINDS[GenerationKind.EXPLANATION].name: InSteps(explain_answer),
    KINDS[GenerationKind.ROADMAP_NODE].name: InSteps(regenerate_node),
    KINDS[GenerationKind.QUIZ_QUESTION].name: InSteps(generate_quiz),
}
"""The handler of each kind of generation."""
