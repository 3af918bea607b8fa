"""Subscriptions that are executed once for all: which are, by their declarations, and that nobody gets another's."""

import asyncio
import gc
import inspect
import tracemalloc
from typing import Any, get_type_hints

import orjson
import pytest
from graphql import get_named_type

from domain.privacy import Privacy, ProfileVisibility
from domain.users import Role, Viewer
from graph.declarations import Declaration
from graph.documents import Documents
from graph.engine.answers import declaration_of
from graph.limits import Limits
from graph.schema import executable
from graph.sharing import Payload, Subscriber, source_of
from resolvers import loaders
from resolvers.batches import Rows
from resolvers.board_feed import BoardFeed
from resolvers.context import Context
from tests.asking import Asker, needs_plans, viewer_of
from tests.board_client import earn, until
from tests.graph.engine.shelves import CALLS, context, executor, painted

SCHEMA = executable()
DOCUMENTS = Documents(SCHEMA, limits=Limits(), hide_suggestions=False)
ENTRY = "rank xp delta reachedAt user { __typename id handle displayName level xpTotal }"
PUBLIC = f"""subscription ($first: Int! = 10, $after: LeaderboardVersion) {{
  leaderboardChanged(first: $first, after: $after) {{ __typename
    ... on LeaderboardSnapshot {{ version asOf entries {{ {ENTRY} }} }}
    ... on LeaderboardDelta {{ version since moved {{ {ENTRY} }} entered {{ {ENTRY} }} left }}
  }}
}}"""


class Ear:
    """An outlet that keeps what it is sent."""

    request_id = "request-of-a-test"
    is_ready = True

    def __init__(self) -> None:
        self.payloads: list[Payload] = []
        self.ended = False

    def write(self, payload: Payload) -> None:
        self.payloads.append(payload)

    def end(self, payload: Payload) -> None:
        self.write(payload)
        self.ended = True

    @property
    def responses(self) -> list[Any]:
        return [orjson.loads(payload.data) for payload in self.payloads]


@pytest.fixture
async def live(ask: Asker) -> Asker:
    """The schema with a feed that does not make tests wait."""
    ask.ports.boards = BoardFeed(interval_s=0, tick_s=0.2)
    return ask


async def listen(
    ask: Asker, ear: Ear, text: str, viewer: Viewer | None, **variables: Any
) -> Subscriber | None:
    prepared = ask.executor.documents.prepare(text, None)
    return await ask.executor.listen(prepared, variables, Context(ask.ports, viewer, "r"), ear)


def changed(selection: str) -> str:
    return f"subscription {{ leaderboardChanged {{ ... on LeaderboardSnapshot {{ {selection} }} }} }}"


def is_shared(text: str, **variables: Any) -> bool:
    prepared = DOCUMENTS.prepare(text, None)
    values: Any = prepared.values(variables)
    plan = prepared.variants.plan(values, {})
    source = source_of(plan) if plan is not None else None
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
def test_a_subscription_is_shared_where_nothing_of_it_depends_on_who_asks(text: str, shared: bool) -> None:
    assert is_shared(text) is shared


@pytest.mark.slow
def test_every_field_below_a_shared_stream_is_shared_exactly_as_it_is_declared() -> None:
    wrong = []
    for coordinate, path, declaration in below_shared_streams():
        told = declaration is not None and (
            (declaration.word == "attribute" and not declaration.personal)
            or (declaration.batch is not None and declaration.batch.rows is Rows.PUBLIC)
        )
        if is_shared(path) is not told:
            wrong.append(coordinate)

    assert wrong == []
    assert len(list(below_shared_streams())) > 20


def below_shared_streams() -> Any:
    """Yield every field of the types in an update and of their relations, with a document that selects it alone."""
    root = SCHEMA.subscription_type
    assert root is not None
    streams = [name for name, f in root.fields.items() if (d := declaration_of(f)) is not None and d.shared]
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
    told = declaration is not None and not declaration.personal and declaration.word in {"attribute", "batch"}
    if hasattr(named, "fields") and told and depth < 2:
        for inner, below in named.fields.items():
            yield from fields_below(named.name, inner, below, frame % f"{name} {{ %s }}", depth + 1)


@needs_plans
async def test_viewers_with_different_roles_share_what_is_everyones_and_it_is_what_each_would_get_alone(
    live: Asker,
) -> None:
    (ada, learner), (bob, _) = await live.learner(), await live.learner()
    await earn(live, (ada, 10), (bob, 20))
    viewers = [learner, viewer_of(bob.id, Role.ADMIN), None]
    alone = [await live.stream(PUBLIC, viewer) for viewer in viewers]
    firsts = [await anext(stream) for stream in alone]
    ears = [Ear() for _ in viewers]
    subscribers = [await listen(live, ear, PUBLIC, v) for ear, v in zip(ears, viewers, strict=True)]

    await earn(live, (ada, 50))
    own = [await anext(stream) for stream in alone]
    await until(lambda: all(len(ear.payloads) == 2 for ear in ears))

    assert len({id(ear.payloads[1]) for ear in ears}) == 1
    assert [ear.responses for ear in ears] == [list(pair) for pair in zip(firsts, own, strict=True)]
    for subscriber in subscribers:
        assert subscriber is not None
        subscriber.leave()
    for stream in alone:
        await stream.aclose()


@needs_plans
async def test_what_is_ones_own_is_executed_for_each_and_what_each_would_get_alone(live: Asker) -> None:
    (ada, adas), (bob, bobs) = await live.learner(), await live.learner()
    await earn(live, (ada, 10), (bob, 20))
    text = PUBLIC.replace("left", "left viewerEntry { rank }").replace("rank xp", "rank xp isViewer")
    text = text.replace("handle", "handle email bio")
    viewers = [adas, bobs, None]
    alone = [await live.stream(text, viewer) for viewer in viewers]
    firsts = [await anext(stream) for stream in alone]
    ears = [Ear() for _ in viewers]
    subscribers = [await listen(live, ear, text, v) for ear, v in zip(ears, viewers, strict=True)]

    await earn(live, (ada, 50))
    own = [await anext(stream) for stream in alone]
    await until(lambda: all(len(ear.payloads) == 2 for ear in ears))

    assert len({ear.payloads[1].data for ear in ears}) == 3
    assert [ear.responses for ear in ears] == [list(pair) for pair in zip(firsts, own, strict=True)]
    told = [ear.responses[1]["data"]["leaderboardChanged"]["viewerEntry"] for ear in ears]
    assert told == [{"rank": 1}, {"rank": 2}, None]
    for subscriber in subscribers:
        assert subscriber is not None
        subscriber.leave()
    for stream in alone:
        await stream.aclose()


@needs_plans
@pytest.mark.parametrize("variables", [{"first": 101}, {"first": None}, {"after": "x" * 10_000, "first": -1}])
async def test_a_subscription_that_is_refused_is_left_to_its_own_stream(
    live: Asker, variables: dict[str, Any]
) -> None:
    assert await listen(live, Ear(), PUBLIC, None, **variables) is None
    await asyncio.sleep(0.01)
    assert live.ports.boards._relays == {}


@needs_plans
async def test_a_failing_field_is_masked_and_the_stream_goes_on(
    live: Asker,
) -> None:
    (ada, _) = await live.learner()
    await earn(live, (ada, 10))
    ear = Ear()
    subscriber = await listen(live, ear, PUBLIC, None)
    assert subscriber is not None

    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders.users_by_id, "load", broken)
        patch.setattr(loaders.users_by_id.narrow, "load", broken)
        await earn(live, (ada, 10))
        await until(lambda: len(ear.payloads) == 2)
    await earn(live, (ada, 10))
    await until(lambda: len(ear.payloads) == 3)

    assert ear.responses[1]["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "errors" not in ear.responses[2]
    assert live.defects
    subscriber.leave()


@pytest.mark.slow
async def test_no_byte_is_kept_of_an_event_that_is_shared() -> None:
    runner = executor()
    text = "subscription { painted { id label books { title } keeper { id name } } }"
    prepared = runner.documents.prepare(text, None)
    values: Any = prepared.values({})
    plan: Any = prepared.variants.plan(values, {})
    broadcast = runner._broadcast(plan, values, context(None), is_shared=True)
    ears = [Forgetful() for _ in range(3)]
    event = await anext(painted(context(None), times=1))

    async def tell(times: int) -> None:
        for _ in range(times):
            for ear in ears:
                broadcast.take(event, ear)
            while broadcast._task is not None:
                await asyncio.sleep(0)
            CALLS.clear()

    await tell(500)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    await tell(20_000)

    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 8 * 1024
    assert {ear.written for ear in ears} == {20_500}


class Forgetful(Ear):
    """An outlet that keeps nothing."""

    written = 0

    def write(self, payload: Payload) -> None:
        assert b'"errors"' not in payload.data
        self.written += 1


def test_what_users_may_hide_is_personal_and_no_other_batch_of_public_rows_looks_at_the_viewer() -> None:
    hidden = {name for name, kind in get_type_hints(Privacy).items() if kind is ProfileVisibility}
    fields = SCHEMA.type_map["User"].fields.values()  # type: ignore[attr-defined]
    personal = {f.extensions["strawberry-definition"].python_name for f in fields if _is_personal(f)}
    batches = {d.batch for _, _, d in below_shared_streams() if d is not None and d.batch is not None}
    looking = {b.name for b in batches if b.rows is Rows.PUBLIC and "viewer" in inspect.getsource(b.load)}

    assert personal == hidden
    assert looking == {"users_by_id"}


def _is_personal(field: Any) -> bool:
    declaration = declaration_of(field)
    return declaration is not None and declaration.personal
