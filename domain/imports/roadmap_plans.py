"""Plans: what a file says a roadmap is, before anything of it is stored."""

from domain.entities import entity
from domain.prerequisites import Needs, Step
from domain.questions import Difficulty
from domain.roadmaps import Completion, NodeKind, RoadmapResource, Visibility

MOST_NODES = 500
MOST_EDGES = 2_000
MOST_GROUPS = 20
MOST_RESOURCES = 20
"""The bounds of one version and of one node: their lists are plain, so they have a maximum."""


@entity
class PlannedNode:
    """A node as its file describes it; `needs` and `key` are in the file's own words."""

    line: int
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

    @property
    def step(self) -> Step:
        """The node as rules about order look at it."""
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
