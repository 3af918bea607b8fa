"""N+1 test: every list field of the SDL costs the same number of statements at 1, 10 and 100 items."""

from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from graph.engine.completion import Completion
from graph.engine.levels import Level
from graph.engine.plans import FieldPlan
from graph.schema import executable
from persistence.database import connect
from resolvers.public_nodes import PublicNodes
from tests.graph import (
    authoring_lists,
    flag_lists,
    fork_lists,
    job_lists,
    other_lists,
    quality_lists,
    quiz_lists,
    study_lists,
    webhook_lists,
    workflow_lists,
)
from tests.graph.world import World, world_of
from tests.support.list_fields import (
    WIDE_LIMITS,
    ListPaths,
    cloned_database,
    every_list_field,
    everything_below,
    list_fields,
)
from tests.support.schema_client import Asker, asker_on

SIZES = (1, 10, 100)
SCHEMA = executable()
OF_FIXED_LENGTH = {
    "AiModel.purposes": "the purposes that there are",
    "Query.aiModels": "set by operators",
    "AdminUser.roles": "the roles of one user",
    "ApiKey.scopes": "the scopes of one key",
    "Dashboard.recentActivities": "always the latest ten",
    "EmailPreferences.stopped": "at most one for each reason",
    "Enrolment.nextNodes": "always the first five",
    "FeatureFlagSetting.roles": "the roles that there are",
    "Query.goalTemplates": "declared in the code",
    "Viewer.dailyTargets": "one for each kind",
    "Query.reviewCalibration": "one for each tenth",
    "Query.reviewForecast": "always thirty dates",
    "Generation.inputs": "what one mutation takes",
    "Goal.allowedTransitions": "set by the state machine",
    "Query.featureFlags": "declared in the code",
    "Query.featureFlagSettings": "declared in the code",
    "Query.jobKinds": "declared in the code",
    "Query.jobQueues": "declared in the code",
    "Query.schedules": "declared in the code",
    "NodeDifference.fields": "the fields of a node",
    "NodeChanges.completed": "a learner completes one node at a time, and a quiz those that it is the quiz of",
    "QuizAttempt.xpEntries": "at most three",
    "RateLimit.buckets": "one per kind of limit",
    "ServiceStatus.parts": "the parts that there are",
    "Exploration.currentTopics": "at most five",
    "Segment.groups": "at most five",
    "SegmentGroup.conditions": "at most ten",
    "HighlightedText.ranges": "at most the words of a title or an excerpt",
    "SearchHitConnection.facets": "one per kind of object",
    "ExploreChat.suggestedQuestions": "at most four",
    "TopicChain.baseTopics": "at most the eight names of a path",
    "TopicChain.nextTopics": "at most ten",
    "TopicChain.path": "at most eight names",
    "User.roles": "the roles of one user",
    "WebhookEndpoint.events": "declared in the code",
}
"""List fields that cannot grow; their statements are counted too."""
NOT_COUNTED = {
    "CampaignStateConflict.allowed": "set by the state machine",
    "IllegalTransition.allowed": "set by the state machine",
    "SyncedEvent.refusals": "one for each field at fault",
}
"""List fields that are in a refusal alone and cannot grow."""
USER_ERRORS = "Payload.userErrors"
"""The refusals of a mutation: at most one of each kind. What they list is counted by itself."""


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_list_field_costs_the_same_statements_at_any_length(
    server_url: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = _watch_completion(monkeypatch)
    queried = list_fields()
    counts: dict[str, list[int]] = {}
    lengths: dict[str, list[int]] = {}
    for size in SIZES:
        async with (
            cloned_database(server_url, template) as url,
            connect(url) as database,
            asker_on(database, limits=WIDE_LIMITS) as ask,
        ):
            ask.ports.public_nodes = PublicNodes(most_values=0)  # what is kept would cost no statement
            world = await world_of(ask, size)
            costs = {coordinate: await _cost(ask, world, coordinate) for coordinate in queried}
            costs |= await other_lists.costs_of_reports(ask, world.viewer, size)
            costs |= await other_lists.costs_of_exports(ask, world.viewer)
            costs |= await other_lists.costs_of_refusals(ask, world.viewer, size, world.roadmap_id)
            costs |= await other_lists.costs_of_node_changes(ask, world.viewer, size)
            costs |= await other_lists.costs_of_syncs(ask, world.viewer, size)
            costs |= await authoring_lists.costs_of_drafts(ask, world.viewer, size)
            costs |= await authoring_lists.costs_of_diffs(ask, world.viewer, size)
            costs |= await quiz_lists.costs_of_quizzes(ask, world.viewer, size)
            costs |= await fork_lists.costs_of_pulls(ask, world.viewer, size)
            costs |= await job_lists.costs_of_changed_jobs(ask, world.viewer, size)
            costs |= await study_lists.costs_of_remarks(ask, world.viewer, size)
            costs |= await quality_lists.costs_of_dismissals(ask, world.viewer, size)
            costs |= await flag_lists.costs_of_named_users(ask, world.viewer, size)
            costs |= await webhook_lists.costs_of_replays(ask, world.viewer, size)
            costs |= await workflow_lists.costs_of_findings(ask, world.viewer, size)
            costs |= await other_lists.costs_of_streams(ask, world.viewer, size)
            for coordinate, (statements, length) in costs.items():
                counts.setdefault(coordinate, []).append(statements)
                lengths.setdefault(coordinate, []).append(length)

    assert slow == set(), "lists of valid values that are not completed the fast way"
    uncounted = {c for c in every_list_field() if c not in counts and not c.endswith(USER_ERRORS)}
    assert uncounted == set(NOT_COUNTED)
    growing = {coordinate: found for coordinate, found in counts.items() if len(set(found)) > 1}
    assert growing == {}, "statements at 1, 10 and 100 items"
    short = {
        c: found
        for c, found in lengths.items()
        if not found[0] < found[1] < found[2] and c not in OF_FIXED_LENGTH
    }
    assert short == {}, "the longest list at 1, 10 and 100 items: the world has to grow these"


def _watch_completion(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collect the fields whose values the compiled engine completes one by one, because its fast way raised."""
    complete_all = Completion._complete_all
    slow: set[str] = set()

    def watched(self: Completion, field: FieldPlan, values: list[Any], level: Level) -> bool:
        try:
            return complete_all(self, field, values, level)
        except Exception:
            slow.add(field.coordinate)
            raise

    monkeypatch.setattr(Completion, "_complete_all", watched)
    return slow


async def _cost(ask: Asker, world: World, coordinate: str) -> tuple[int, int]:
    """Run a query that selects everything below the list; return its statements and the list's length."""
    type_name, name = coordinate.split(".")
    paths = ListPaths(world.arguments)
    named = get_named_type(SCHEMA.type_map[type_name].fields[name].type)
    selection = "" if is_leaf_type(named) else everything_below(named, paths)
    text = paths.document(type_name, name, selection)
    assert text is not None
    response = await ask(text, world.viewer)
    assert ask.defects == [], (text, ask.defects)
    assert "errors" not in response, (text, response["errors"])
    relations = text.count("{")
    assert ask.statements <= relations + 1, text
    return ask.statements, _longest(response["data"], name)


def _longest(value: Any, name: str) -> int:
    """Return the length of the longest list under this response key."""
    longest = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found = item.get(name)
            if isinstance(found, list):
                longest = max(longest, len(found))
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return longest
