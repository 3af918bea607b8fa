"""Jobs that have a language model name the subtopics of a topic."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import timedelta

from domain import ids
from domain.acts import Act
from domain.ai import models as ai_models
from domain.ai import quota_checks
from domain.ai.models import Model
from domain.ai.quotas import AiQuota
from domain.ai.requests import AiRequest, Purpose
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import JobId, TopicChainId, TopicId, UserId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.paging import Window
from domain.refusals import all_at_once
from domain.topics import chain_changes, generated_topics, topic_changes, topic_paths
from domain.topics.generated_topics import MOST_GENERATED, GeneratedTopic
from domain.topics.topics import Topic, TopicFilter
from domain.topics.work import TopicJobsWork, TopicsWork

QUEUE = "generation"
"""The queue of jobs that ask language models for drafts."""
USUAL_COUNT = 6
_LONGEST_ANSWER = 4_000
"""In tokens: 20 topics with descriptions."""
_MOST_NAMED = 100
"""How many known subtopics a prompt names."""


@entity
class GenerateTopicsArguments:
    """Whose topic gets how many subtopics, and by which model; None for the usual one."""

    user_id: UserId
    topic_id: TopicId
    count: int = field(default=USUAL_COUNT, metadata={"between": (1, MOST_GENERATED)})
    model: str | None = None


GENERATE = JobKind(
    name="generate_topics",
    description="Has a language model name subtopics of a topic.",
    queue=QUEUE,
    arguments=GenerateTopicsArguments,
    at_once=8,
    retries=RetryPolicy(attempts=3, timeout=timedelta(minutes=10)),
    user="user_id",
    result={"added": int},
)


@entity
class TopicPlace:
    """Where topics are wanted: below a topic, below the path of a chain, or below a path; one of them is set."""

    topic_id: TopicId | None = None
    chain_id: TopicChainId | None = None
    path: str | None = None


@entity
class TopicGeneration:
    """A job, and the topic that gets the subtopics."""

    job: Job
    topic: Topic


@entity
class GenerationPlan:
    """What a job asks for: the topic, and the names below it."""

    topic: Topic
    existing: list[str]
    request: AiRequest


async def start(
    work: TopicJobsWork,
    act: Act,
    *,
    place: TopicPlace,
    count: int,
    model: str | None,
    randomness: Callable[[int], bytes],
    models: Sequence[Model],
    quota: AiQuota | None = None,
) -> TopicGeneration:
    """Start the generation of subtopics of a topic of the actor's; a path that is new becomes a chain.

    `models` are those that are offered. While one runs for the topic, that one is returned. Raises, all at once,
    InvalidInputErrors and UnknownModelError; NotFoundError, TooManyTopicChainsError, TooManyTopicsError or
    AiQuotaReachedError.
    """
    with all_at_once() as each:
        with each:
            if not 1 <= count <= MOST_GENERATED:
                raise InvalidInputError(f"count must be 1 to {MOST_GENERATED}.", field="count")
        with each:
            if model is not None:
                ai_models.offered(models, model)
        with each:
            if place.path is not None:
                topic_paths.parts_of(place.path, field="below")
    topic = await _topic_at(work, act, place, randomness)
    await topic_changes.check_room(work, topic, field="below")
    arguments = GenerateTopicsArguments(user_id=act.user_id, topic_id=topic.id, count=count, model=model)
    request = JobRequest(
        arguments=arguments,
        id=JobId(act.mint("job")),
        user_id=act.user_id,
        dedupe_key=f"topics:{topic.id}",
    )
    job = await job_starts.start(work, act, GENERATE, request)
    if quota is not None and job.id == request.id:
        await quota_checks.require_request(work, act.user_id, quota, now=act.now)
    return TopicGeneration(job=job, topic=topic)


async def plan(reads: TopicsWork, arguments: GenerateTopicsArguments) -> GenerationPlan | None:
    """Return what to ask for; None where the topic is gone or not the user's any more."""
    roles = await reads.users.roles_of(arguments.user_id)
    (topic,) = await reads.topics.by_ids([arguments.topic_id], viewer_id=arguments.user_id)
    if roles is None or topic is None:
        return None
    (chain,) = await reads.topic_chains.by_ids([topic.chain_id], viewer_id=arguments.user_id)
    if chain is None or chain.owner_id != arguments.user_id:
        return None
    (path,) = await reads.topics.paths([topic.id], viewer_id=arguments.user_id)
    (below,) = await reads.topics.pages_below(
        [topic.id], TopicFilter(), Window(size=_MOST_NAMED), viewer_id=arguments.user_id
    )
    existing = [subtopic.name for subtopic in below.nodes]
    request = AiRequest(
        caller_id=arguments.user_id,
        roles=frozenset(roles),
        purpose=Purpose.TOPICS,
        prompt="topics",
        longest=_LONGEST_ANSWER,
        values={"count": arguments.count},
        quoted={"path": path or topic.name, "existing": "\n".join(existing)},
        model=arguments.model,
    )
    return GenerationPlan(topic=topic, existing=existing, request=request)


async def keep(
    work: TopicsWork,
    act: Act,
    arguments: GenerateTopicsArguments,
    generated: list[GeneratedTopic],
    *,
    job_id: JobId,
) -> int:
    """Add what is new of the generated topics below the topic, as far as there is room; a second run of the job none.

    Return how many topics of the job there are. Raises TooManyTopicsError.
    """
    topic = await work.topics.owned(arguments.topic_id, owner_id=arguments.user_id)
    if topic is None:
        return 0
    made = [_id_of(job_id, place) for place in range(MOST_GENERATED)]
    known = await work.topics.by_ids(made, viewer_id=arguments.user_id)
    if any(known):
        return sum(each is not None for each in known)
    room = await topic_changes.check_room(work, topic, field="below")
    wanted = generated_topics.fresh(generated, [])[: min(room, arguments.count)]
    added = await work.topics.add(
        [
            topic_changes.new_topic(
                act,
                topic,
                id_=id_,
                name=each.name,
                difficulty=each.difficulty,
                description=each.description,
                is_generated=True,
            )
            for id_, each in zip(made, wanted, strict=False)
        ]
    )
    return len(added)


def _id_of(job_id: JobId, place: int) -> TopicId:
    """Return the id of a topic of a job, the same in each of its runs; ids are in the order of their places."""
    randomness = bytes([place]) + hashlib.sha256(f"{job_id}:{place}".encode()).digest()
    return TopicId(ids.compose("topic", milliseconds=ids.milliseconds_of(job_id), randomness=randomness))


async def _topic_at(
    work: TopicsWork, act: Act, place: TopicPlace, randomness: Callable[[int], bytes]
) -> Topic:
    """Return the topic of the actor's that is meant."""
    if place.topic_id is not None:
        return await topic_changes.own(work, act, place.topic_id, field="below")
    if place.chain_id is not None:
        chain = await chain_changes.own(work, act, place.chain_id, field="below")
    else:
        chain = await chain_changes.create(
            work, act, path=place.path or "", randomness=randomness, field="below"
        )
    (base,) = await work.topics.base_of_chains([chain.id], viewer_id=act.user_id)
    return base[-1]
