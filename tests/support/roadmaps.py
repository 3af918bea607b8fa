"""Stored roadmaps in tests."""

from dataclasses import dataclass
from typing import Any

from domain.content.prerequisites import Needs
from domain.content.roadmap_nodes import RoadmapNode
from domain.content.roadmaps import Roadmap, RoadmapVersion
from domain.ids import LineageId, UserId
from persistence.stores import SqlWork
from tests.builders import mint
from tests.builders.roadmaps import a_graph, a_roadmap, a_version, keys_of
from tests.support.schema_client import START


@dataclass
class StoredRoadmap:
    """A roadmap with one of its versions and its nodes by key."""

    roadmap: Roadmap
    version: RoadmapVersion
    nodes: dict[str, RoadmapNode]


async def store_roadmap(
    work: SqlWork,
    author_id: UserId,
    needs: dict[str, list[Needs]],
    *,
    publish: bool = True,
    quiz: str | None = None,
    **values: Any,
) -> StoredRoadmap:
    """Store the next version of a roadmap, whose nodes are the keys of `needs`."""
    roadmap = await work.roadmaps.get_or_create_locked(a_roadmap(author_id, **values))
    newest = await work.roadmaps.newest_version(roadmap.id)
    version = a_version(roadmap, number=newest.number + 1 if newest else 1)
    wanted = {key: LineageId(mint("lineage")) for key in keys_of(needs)}
    graph = a_graph(version, needs, await work.nodes.lineages(roadmap.id, wanted), quiz)
    await work.roadmaps.add_version(version)
    await work.nodes.add(list(graph.nodes.values()), graph.groups)
    if publish:
        release = await work.roadmaps.publish(version, now=START)
        roadmap, version = release.roadmap, release.version
    return StoredRoadmap(roadmap, version, graph.nodes)
