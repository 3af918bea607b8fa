"""Checks of what an author writes in a draft: texts are kept as they are sent, character for character."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from domain import text
from domain.accounts.web_addresses import checked_url
from domain.authoring.drafts import MOST_NEEDED, DraftNode
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.quizzes import checked_slug
from domain.content.roadmap_nodes import (
    HEAVIEST,
    LONGEST_MINUTES,
    MOST_GROUPS,
    MOST_RESOURCES,
    EvidenceRule,
    RoadmapResource,
)
from domain.errors import InvalidInputError
from domain.refusals import Each, all_at_once

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2_000
LONGEST_NODE_DESCRIPTION = 4_000
LONGEST_RESOURCE_TITLE = 200


def check_title(title: str, field: str) -> str:
    """Return the title when it is one line of 1 to 120 characters."""
    return text.exact_line(title, field=field, longest=LONGEST_TITLE)


def check_description(description: str, field: str) -> str:
    """Return the description of a roadmap when it holds at most 2 000 characters."""
    return text.exact_prose(description, field=field, longest=LONGEST_DESCRIPTION)


def checked_node(node: DraftNode, at: str) -> DraftNode:
    """Return the node with its addresses as browsers write them; raises InvalidInputErrors, all at once."""
    with all_at_once() as each:
        with each:
            checked_slug(node.key, field=f"{at}key")
        check_values({name: getattr(node, name) for name in _RULES}, at, each)
        with each:
            node = replace(node, resources=checked_resources(node.resources, f"{at}resources"))
        with each:
            check_completion(node.quiz, node.evidence, at)
        with each:
            check_needs(node.needs, f"{at}prerequisites")
    return node


def check_values(values: dict[str, Any], at: str, each: Each) -> None:
    """Check some fields of a node by their names."""
    for name, value in values.items():
        if name in _RULES:
            with each:
                _RULES[name](value, f"{at}{name}")


def check_quiz(slug: str | None, field: str) -> None:
    """Refuse a slug that no quiz can have; whether there is the quiz, validation says."""
    if slug is not None:
        checked_slug(slug, field=field)


def check_completion(quiz: str | None, evidence: EvidenceRule | None, at: str) -> None:
    """Refuse a slug that no quiz can have, and a node that both a quiz and evidence would complete."""
    check_quiz(quiz, f"{at}quiz")
    if quiz is not None and evidence is not None:
        raise InvalidInputError(
            f"{at}evidence must be null where a quiz completes the node.", field=f"{at}evidence"
        )


def checked_resources(resources: Sequence[RoadmapResource], field: str) -> tuple[RoadmapResource, ...]:
    """Return the resources with their addresses as browsers write them."""
    if len(resources) > MOST_RESOURCES:
        raise InvalidInputError(f"{field} may hold at most {MOST_RESOURCES}.", field=field)
    checked = []
    with all_at_once() as each:
        for place, resource in enumerate(resources):
            at = f"{field}[{place}]"
            with each:
                text.exact_line(resource.title, field=f"{at}.title", longest=LONGEST_RESOURCE_TITLE)
            with each:
                url = checked_url(resource.url, field=f"{at}.url")
                checked.append(RoadmapResource(title=resource.title, url=url))
    return tuple(checked)


def check_needs(groups: Sequence[Needs], field: str) -> None:
    """Refuse groups without nodes, with a node twice, or with a `k` where none belongs."""
    if len(groups) > MOST_GROUPS:
        raise InvalidInputError(f"{field} may hold at most {MOST_GROUPS} groups.", field=field)
    with all_at_once() as each:
        for place, needs in enumerate(groups):
            with each:
                _check_group(needs, f"{field}[{place}]")


def _check_group(needs: Needs, at: str) -> None:
    with all_at_once() as each:
        with each:
            if not 1 <= len(needs.of) <= MOST_NEEDED or len(set(needs.of)) < len(needs.of):
                raise InvalidInputError(
                    f"{at}.nodes must name 1 to {MOST_NEEDED} nodes, each once.", field=f"{at}.nodes"
                )
        for place, key in enumerate(needs.of[:MOST_NEEDED]):
            with each:
                checked_slug(key, field=f"{at}.nodes[{place}]")
        with each:
            if (needs.mode is PrerequisiteMode.K_OF_N) != (needs.k is not None):
                raise InvalidInputError(
                    f"{at}.k must be given where mode is K_OF_N, and left out elsewhere.", field=f"{at}.k"
                )
            if needs.k is not None:
                _check_whole(needs.k, f"{at}.k", MOST_NEEDED)


def _check_whole(value: int, field: str, most: int) -> None:
    if not 1 <= value <= most:
        raise InvalidInputError(f"{field} must be 1 to {most}.", field=field)


def _check_minutes(value: int | None, field: str) -> None:
    if value is not None:
        _check_whole(value, field, LONGEST_MINUTES)


def _check_weight(value: int, field: str) -> None:
    _check_whole(value, field, HEAVIEST)


def _check_node_description(value: str, field: str) -> None:
    text.exact_prose(value, field=field, longest=LONGEST_NODE_DESCRIPTION)


_RULES: dict[str, Callable[[Any, str], Any]] = {
    "title": check_title,
    "description": _check_node_description,
    "weight": _check_weight,
    "minutes": _check_minutes,
}
