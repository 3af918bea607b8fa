"""Types and root fields of exam types and their domains."""

from typing import Annotated

import strawberry

from domain.content.exam_types import MOST_DOMAINS, MOST_EXAM_TYPES
from domain.ids import ExamDomainId, ExamTypeId
from graph.cache_control import kept
from graph.directives import public
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from resolvers.content import exam_types, loaders


@strawberry.type(
    description="An exam or a subject that questions prepare for.", directives=[public(), kept(3_600)]
)
class ExamType(Node):
    """An exam type."""

    id: ExamTypeId = attribute("The exam type's id, `examtype_...`.")
    code: str = attribute("The unique short name, like `python-core`.")
    name: str = attribute("The display name.")
    description: str = attribute("What the exam is about.")
    domains: list[Annotated["ExamDomain", strawberry.lazy("graph.content.exam_types")]] | None = loaded_by(
        loaders.domains_by_exam_type,
        key="id",
        description="The parts of the exam, by code.",
        at_most=MOST_DOMAINS,
    )


@strawberry.type(description="A numbered part of an exam type.", directives=[public(), kept(3_600)])
class ExamDomain(Node):
    """A domain of an exam type."""

    id: ExamDomainId = attribute("The domain's id, `domain_...`.")
    code: str = attribute("Its code within the exam type, like `2.3`.")
    name: str = attribute("The display name.")
    weight: int = attribute("Its share of the exam in percent; 0 if unknown.")
    exam_type: ExamType | None = loaded_by(
        loaders.exam_types_by_id, key="exam_type_id", description="The exam type that it is part of."
    )


@strawberry.type
class ExamTypeQueries:
    """Root fields about exam types."""

    exam_types: list[ExamType] | None = resolved_by(
        exam_types.exam_types, description="All exam types, by code.", rule=public(), at_most=MOST_EXAM_TYPES
    )
