"""Fields show values: for every field of the schema there is a state of the world in which it shows something."""

import pytest
from graphql import GraphQLObjectType

from graph.schema import executable
from persistence.database import connect
from tests.architecture.layout import ROOT
from tests.support.field_scenes import everything_is_seen
from tests.support.list_fields import WIDE_LIMITS, cloned_database
from tests.support.schema_client import asker_on
from tests.support.seen_fields import WatchingAsker

SCHEMA = executable()
LIMITS, STREAMS = "tests/gateway/rate_limits/test_rate_limits.py", "tests/support/clients/board_client.py"
ELSEWHERE = {
    "ChatAnswerPiece": "tests/gateway/streams/test_chat_answers.py",
    "AttemptTimer": "tests/graph/assessment/test_attempt_timers.py",
    "CostBudget": LIMITS,
    "RateBucket": LIMITS,
    "RateLimit": LIMITS,
    "LeaderboardDelta": STREAMS,
    "LeaderboardSnapshot": STREAMS,
}
"""Types that need a gateway or a stream, and where tests read their fields."""


def told_fields() -> set[str]:
    """Return the fields of all types that tell what is: of no root, payload or refusal."""
    roots = {SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type}
    return {
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_ not in roots and not type_.name.startswith("__")
        if not type_.name.endswith("Payload") and "UserError" not in {i.name for i in type_.interfaces}
        for name in type_.fields
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_field_has_shown_a_value(server_url: str, template: str) -> None:
    async with (
        cloned_database(server_url, template) as url,
        connect(url) as database,
        asker_on(database, limits=WIDE_LIMITS) as ask,
    ):
        watching = WatchingAsker(ask.postgres, ask.executor, ask.ports, ask.clock, ask.defects)
        await everything_is_seen(watching)

    unseen = told_fields() - watching.seen
    assert sorted(field for field in unseen if field.partition(".")[0] not in ELSEWHERE) == []


@pytest.mark.parametrize("type_name", ELSEWHERE)
def test_what_is_seen_elsewhere_is_named_there(type_name: str) -> None:
    text = (ROOT / ELSEWHERE[type_name]).read_text("utf-8")
    fields = {field.partition(".")[2] for field in told_fields() if field.startswith(f"{type_name}.")}

    assert fields
    assert {field for field in fields if field not in text} == set()
