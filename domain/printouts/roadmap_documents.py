"""Documents of roadmaps: the version that the viewer is on, or else the current one, node by node, with progress."""

from collections.abc import Mapping

from domain.content.roadmap_nodes import RoadmapNode
from domain.content.roadmaps import Roadmap, RoadmapVersion
from domain.ids import RoadmapId
from domain.learning.enrolments import LearnerPath
from domain.learning.progress import NodeState
from domain.printouts.documents import Document, Facts, Heading, Links, Part, Prose
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork

_STATES = {
    NodeState.LOCKED: "locked",
    NodeState.AVAILABLE: "open",
    NodeState.IN_PROGRESS: "in progress",
    NodeState.DONE: "done",
    NodeState.SKIPPED: "skipped",
}


async def compose(work: PrintoutsWork, target_id: str, reading: Reading) -> Document | None:
    """Compose a roadmap that the viewer may see; None too where it has no version that they may see."""
    viewer_id, roadmap_id = reading.viewer_id, RoadmapId(target_id)
    (roadmap,) = await work.roadmaps.by_ids([roadmap_id], viewer_id=viewer_id)
    (enrolment,) = await work.enrolments.by_roadmaps([roadmap_id], viewer_id=viewer_id)
    if roadmap is None:
        return None
    version_id = enrolment.version_id if enrolment else roadmap.current_version_id
    if version_id is None:
        return None
    (version,) = await work.roadmaps.versions_by_ids([version_id], viewer_id=viewer_id)
    if version is None:
        return None
    (nodes,) = await work.nodes.of_versions([version_id], viewer_id=viewer_id)
    path: LearnerPath | None = None
    if enrolment is not None:
        (path,) = await work.enrolments.paths([enrolment.id], viewer_id=viewer_id)
    return _document(roadmap, version, nodes, path)


def _document(
    roadmap: Roadmap, version: RoadmapVersion, nodes: list[RoadmapNode], path: LearnerPath | None
) -> Document:
    facts = [("Version", str(version.number)), ("Steps", str(len(nodes)))]
    states: Mapping[str, NodeState] = {}
    needed: Mapping[str, list[str]] = {}
    if path is not None:
        facts.append(("Progress", f"{path.progress().percent} %"))
        states = {key: standing.state for key, standing in path.standings().items()}
        titles = {step.key: step.title for step in path.steps}
        needed = {step.key: [titles[key] for need in step.needs for key in need.of] for step in path.steps}
    parts: list[Part] = [Facts(lines=facts), Prose(text=version.description)]
    for number, node in enumerate(nodes, start=1):
        parts += _node(number, node, states.get(node.id), needed.get(node.id, []))
    return Document(title=version.title, file_name=roadmap.slug, parts=parts)


def _node(number: int, node: RoadmapNode, state: NodeState | None, needed: list[str]) -> list[Part]:
    facts = [("Kind", node.kind.value.lower())]
    if state is not None:
        facts.append(("State", _STATES[state]))
    if node.optional:
        facts.append(("Optional", "yes"))
    if node.difficulty is not None:
        facts.append(("Difficulty", node.difficulty.value.lower()))
    if node.minutes is not None:
        facts.append(("Minutes", str(node.minutes)))
    if needed:
        facts.append(("After", "; ".join(dict.fromkeys(needed))))
    parts: list[Part] = [Heading(text=f"{number}. {node.title}"), Facts(lines=facts)]
    if node.description:
        parts.append(Prose(text=node.description))
    if node.resources:
        parts.append(Links(links=[(each.title, each.url) for each in node.resources]))
    return parts
