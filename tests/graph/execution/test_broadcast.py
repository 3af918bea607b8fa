"""Broadcast of subscriptions: which responses are shared, and that no viewer gets the response of another."""

import asyncio
import gc
import inspect
import tracemalloc
from typing import Any, get_type_hints

import orjson
import pytest
from graphql import get_named_type

from domain.accounts.profile_visibility import Privacy, ProfileVisibility
from domain.accounts.users import Role, Viewer
from graph.declarations import Declaration, declaration_of
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.execution.broadcast import EncodedResponse
from graph.execution.executor import Engine, Executor
from graph.execution.source_streams import source_stream_of
from graph.execution.subscriptions import Subscription
from graph.schema import executable
from resolvers.accounts import loaders
from resolvers.batches import Rows
from resolvers.context import Context
from resolvers.live.board_feed import BoardFeed
from tests.graph.engine.team_schema import CALLS, context, created, executor
from tests.support import subscriptions
from tests.support.clients.board_client import earn, until
from tests.support.schema_client import Asker, needs_plans, viewer_of

SCHEMA = executable()
DOCUMENTS = DocumentCache(SCHEMA, limits=Limits(), hide_suggestions=False)
ENTRY = "rank xp delta reachedAt user { __typename id handle displayName level xpTotal }"
PUBLIC = f"""subscription ($first: Int! = 10, $after: LeaderboardVersion) {{
  leaderboardChanged(first: $first, after: $after) {{ __typename
    ... on LeaderboardSnapshot {{ version asOf entries {{ {ENTRY} }} }}
    ... on LeaderboardDelta {{ version since moved {{ {ENTRY} }} entered {{ {ENTRY} }} left }}
  }}
}}"""


class RecordingSink:
    """A sink that keeps the responses, and is always ready."""

    request_id = "request-of-a-test"
    is_ready = True

    def __init__(self) -> None:
        self.encoded: list[EncodedResponse] = []
        self.is_complete = False

    async def drained(self) -> None:
        """Return at once."""

    def write(self, response: EncodedResponse) -> None:
        self.encoded.append(response)

    def complete(self) -> None:
        self.is_complete = True

    @property
    def responses(self) -> list[Any]:
        return [orjson.loads(response.data) for response in self.encoded]


@pytest.fixture
async def live(ask: Asker) -> Asker:
    """The schema with a feed of short intervals."""
    ask.ports.boards = BoardFeed(interval_s=0, tick_s=0.2)
    return ask


async def subscribe(
    ask: Asker, sink: RecordingSink, text: str, viewer: Viewer | None, **variables: Any
) -> Subscription:
    """Start a subscription, and wait for its first response."""
    prepared = ask.executor.documents.prepare(text, None)
    context = Context(ask.ports, viewer, sink.request_id)
    started = await ask.executor.subscribe(prepared, variables, context, sink)
    assert not isinstance(started, dict)
    started.start()
    await until(lambda: bool(sink.encoded))
    return started


async def on_reference(ask: Asker, text: str, viewer: Viewer | None, **variables: Any) -> Any:
    """Start the same subscription on graphql-core, which shares nothing."""
    executor = Executor(ask.executor.documents, log_defect=lambda *_: None, engine=Engine.REFERENCE)
    prepared = executor.documents.prepare(text, None)
    context = Context(ask.ports, viewer, RecordingSink.request_id)
    return await subscriptions.subscribe(executor, prepared, variables, context)


def changed(selection: str) -> str:
    return f"subscription {{ leaderboardChanged {{ ... on LeaderboardSnapshot {{ {selection} }} }} }}"


def is_shared(text: str, **variables: Any) -> bool:
    prepared = DOCUMENTS.prepare(text, None)
    values: Any = prepared.values(variables)
    plan = prepared.variants.plan(values, {})
    source = source_stream_of(plan) if plan is not None else None
    return source is not None and source.is_shared


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        (PUBLIC, True),
        (changed("version"), True),
        (changed("entries { rank }"), True),
        (changed("entries { user { id } }"), True),
        (changed("entries { isViewer }"), False),
        (changed("viewerEntry { rank }"), False),
        (changed("entries { user { email } }"), False),
        (changed("entries { user { bio } }"), False),
        (changed("entries { user { ... on Node { id } roles } }"), False),
        (changed("version } ... on LeaderboardDelta { entered { isViewer }"), False),
        (changed("version } ... on LeaderboardDelta { viewerEntry { xp }"), False),
    ],
)
def test_a_subscription_is_shared_if_nothing_in_it_depends_on_the_caller(text: str, shared: bool) -> None:
    assert is_shared(text) is shared


@pytest.mark.slow
def test_every_field_below_a_stream_is_shared_exactly_as_it_is_declared() -> None:
    wrong = []
    for coordinate, path, declaration in below_streams():
        is_public = declaration is not None and (
            (declaration.word == "attribute" and not declaration.personal)
            or (declaration.batch is not None and declaration.batch.rows is Rows.PUBLIC)
        )
        if is_shared(path) is not is_public:
            wrong.append(coordinate)

    assert wrong == []
    assert len(list(below_streams())) > 20


def below_streams() -> Any:
    """Yield every field of the types in an update and of their relations, with a document that selects it alone."""
    root = SCHEMA.subscription_type
    assert root is not None
    streams = [
        name for name, f in root.fields.items() if (d := declaration_of(f)) is not None and d.joins_listeners
    ]
    for stream in streams:
        for type_ in SCHEMA.get_possible_types(get_named_type(root.fields[stream].type)):  # type: ignore[arg-type]
            for name, field in type_.fields.items():
                yield from fields_below(
                    type_.name, name, field, f"subscription {{ {stream} {{ ... on {type_.name} {{ %s }} }} }}"
                )


def fields_below(owner: str, name: str, field: Any, frame: str, depth: int = 0) -> Any:
    named = get_named_type(field.type)
    declaration: Declaration | None = declaration_of(field)
    leaf = name if not hasattr(named, "fields") else f"{name} {{ __typename }}"
    if all(
        argument.default_value is not None or not str(argument.type).endswith("!")
        for argument in field.args.values()
    ):
        yield f"{owner}.{name}", frame % leaf, declaration
    is_readable = (
        declaration is not None and not declaration.personal and declaration.word in {"attribute", "batch"}
    )
    if hasattr(named, "fields") and is_readable and depth < 2:
        for inner, below in named.fields.items():
            yield from fields_below(named.name, inner, below, frame % f"{name} {{ %s }}", depth + 1)


@needs_plans
async def test_viewers_with_different_roles_share_each_response_and_it_is_what_each_gets_alone(
    live: Asker,
) -> None:
    (ada, learner), (bob, _) = await live.learner(), await live.learner()
    await earn(live, (ada, 10), (bob, 20))
    viewers = [learner, viewer_of(bob.id, Role.ADMIN), None]
    alone = [await on_reference(live, PUBLIC, viewer) for viewer in viewers]
    firsts = [await anext(stream) for stream in alone]
    sinks = [RecordingSink() for _ in viewers]
    started = [await subscribe(live, sink, PUBLIC, v) for sink, v in zip(sinks, viewers, strict=True)]

    await earn(live, (ada, 50))
    seconds = [await anext(stream) for stream in alone]
    await until(lambda: all(len(sink.encoded) == 2 for sink in sinks))

    assert len({id(sink.encoded[1]) for sink in sinks}) == 1
    assert [sink.responses for sink in sinks] == [list(pair) for pair in zip(firsts, seconds, strict=True)]
    for subscription in started:
        subscription.leave()
    for stream in alone:
        await stream.aclose()


@needs_plans
async def test_a_personal_response_is_executed_for_each_viewer_and_is_what_each_gets_alone(
    live: Asker,
) -> None:
    (ada, of_ada), (bob, of_bob) = await live.learner(), await live.learner()
    await earn(live, (ada, 10), (bob, 20))
    text = PUBLIC.replace("left", "left viewerEntry { rank }").replace("rank xp", "rank xp isViewer")
    text = text.replace("handle", "handle email bio")
    viewers = [of_ada, of_bob, None]
    alone = [await on_reference(live, text, viewer) for viewer in viewers]
    firsts = [await anext(stream) for stream in alone]
    sinks = [RecordingSink() for _ in viewers]
    started = [await subscribe(live, sink, text, v) for sink, v in zip(sinks, viewers, strict=True)]

    await earn(live, (ada, 50))
    seconds = [await anext(stream) for stream in alone]
    await until(lambda: all(len(sink.encoded) == 2 for sink in sinks))

    assert len({sink.encoded[1].data for sink in sinks}) == 3
    assert [sink.responses for sink in sinks] == [list(pair) for pair in zip(firsts, seconds, strict=True)]
    own = [sink.responses[1]["data"]["leaderboardChanged"]["viewerEntry"] for sink in sinks]
    assert own == [{"rank": 1}, {"rank": 2}, None]
    for subscription in started:
        subscription.leave()
    for stream in alone:
        await stream.aclose()


NULLABLE = PUBLIC.replace("$first: Int! = 10", "$first: Int = 10")


@needs_plans
@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (PUBLIC, {"first": 101}),
        (PUBLIC, {"first": None}),
        (PUBLIC, {"after": "x" * 10_000, "first": -1}),
        (NULLABLE, {"first": None}),
    ],
)
async def test_a_subscription_that_is_refused_is_refused_as_by_graphql_core_and_leaves_nothing_behind(
    live: Asker, text: str, variables: dict[str, Any]
) -> None:
    prepared = live.executor.documents.prepare(text, None)
    context = Context(live.ports, None, RecordingSink.request_id)

    refused, expected = (
        await subscriptions.subscribe(live.executor, prepared, variables, context),
        await on_reference(live, text, None, **variables),
    )

    if isinstance(expected, dict):
        assert refused == expected
    else:
        assert isinstance(refused, subscriptions.Responses)
        assert [response async for response in refused] == [response async for response in expected]
    assert live.ports.boards._broadcasts == {}


@needs_plans
async def test_a_stream_that_fails_is_masked_and_complete(
    live: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, _) = await live.learner()
    sink = RecordingSink()
    await subscribe(live, sink, PUBLIC, None)

    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    for broadcast in live.ports.boards._broadcasts.values():
        monkeypatch.setattr(broadcast._watch, "_open_reads", broken)
    await earn(live, (ada, 10))
    await until(lambda: sink.is_complete)

    assert sink.responses[1]["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert [type(defect) for defect in live.defects] == [ZeroDivisionError]
    assert live.ports.boards._broadcasts == {}


@needs_plans
async def test_a_failing_field_is_masked_and_the_stream_goes_on(live: Asker) -> None:
    (ada, _) = await live.learner()
    await earn(live, (ada, 10))
    sink = RecordingSink()
    subscription = await subscribe(live, sink, PUBLIC, None)

    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders.users_by_id, "load", broken)
        patch.setattr(loaders.users_by_id.narrow, "load", broken)
        await earn(live, (ada, 10))
        await until(lambda: len(sink.encoded) == 2)
    await earn(live, (ada, 10))
    await until(lambda: len(sink.encoded) == 3)

    assert sink.responses[1]["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "errors" not in sink.responses[2]
    assert live.defects
    subscription.leave()


@pytest.mark.slow
async def test_a_shared_event_keeps_no_memory() -> None:
    runner = executor()
    text = "subscription { created { id label projects { title } lead { id name } } }"
    prepared = runner.documents.prepare(text, None)
    values: Any = prepared.values({})
    plan: Any = prepared.variants.plan(values, {})
    broadcast = runner._broadcast(plan, values, context(None), is_shared=True)
    sinks = [CountingSink() for _ in range(3)]
    event = await anext(created(context(None), times=1))

    async def send(times: int) -> None:
        for _ in range(times):
            for sink in sinks:
                broadcast.send(event, sink)
            while broadcast._task is not None:
                await asyncio.sleep(0)
            CALLS.clear()

    await send(500)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    await send(20_000)

    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 8 * 1024
    assert {sink.written for sink in sinks} == {20_500}


class CountingSink(RecordingSink):
    """A sink that counts the responses and keeps none."""

    written = 0

    def write(self, response: EncodedResponse) -> None:
        assert b'"errors"' not in response.data
        self.written += 1


def test_what_users_can_hide_is_personal_and_no_other_batch_of_public_rows_reads_the_viewer() -> None:
    hidden = {name for name, kind in get_type_hints(Privacy).items() if kind is ProfileVisibility}
    fields = SCHEMA.type_map["User"].fields.values()  # type: ignore[attr-defined]
    personal = {f.extensions["strawberry-definition"].python_name for f in fields if _is_personal(f)}
    batches = {d.batch for _, _, d in below_streams() if d is not None and d.batch is not None}
    reading = {b.name for b in batches if b.rows is Rows.PUBLIC and "viewer" in inspect.getsource(b.load)}

    assert personal == hidden
    assert reading == {"users_by_id"}


def _is_personal(field: Any) -> bool:
    declaration = declaration_of(field)
    return declaration is not None and declaration.personal
