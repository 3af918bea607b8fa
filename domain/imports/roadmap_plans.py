"""Roadmap plans: a roadmap as its file describes it, before it is stored."""

from domain.content.prerequisites import Needs, Step
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import Completion, EvidenceRule, NodeKind, RoadmapResource
from domain.content.roadmaps import Visibility
from domain.entities import entity
from domain.imports.json_lines import Path
from domain.imports.reports import Findings


@entity
class PlannedNode:
    """A node as its file describes it; `key`, and the keys in `needs`, are those of the file."""

    line: int
    path: Path
    key: str
    title: str
    description: str
    kind: NodeKind
    weight: int
    optional: bool
    difficulty: Difficulty | None
    minutes: int | None
    resources: list[RoadmapResource]
    needs: list[Needs]
    completion: Completion
    quiz_slug: str | None
    quiz_line: int | None = None
    evidence_rule: EvidenceRule | None = None

    @property
    def step(self) -> Step:
        """The node as the rules of order and progress read it."""
        return Step(
            key=self.key,
            title=self.title,
            weight=self.weight,
            optional=self.optional,
            quiz_slug=self.quiz_slug,
            needs=self.needs,
        )


@entity
class RoadmapPlan:
    """A roadmap as its file describes it."""

    slug: str
    slug_line: int
    title: str
    description: str
    visibility: Visibility
    nodes: list[PlannedNode]


@entity
class RoadmapFile:
    """The content of a file; `plan` is None where the format is unknown."""

    format: str
    plan: RoadmapPlan | None
    findings: Findings

    @property
    def accepted(self) -> int:
        """How many nodes are not refused."""
        return sum(self.findings.accepts(node.path) for node in self.plan.nodes) if self.plan else 0
