"""Issuing certificates: a learner gets one for a finished roadmap, once for each of its versions."""

from collections.abc import Callable

from domain.acts import Act
from domain.certificates.certificates import (
    LONGEST_NAME,
    Certificate,
    CertificateState,
    NewCertificate,
    OwnRoadmapError,
    RoadmapNotFinishedError,
    code_of,
)
from domain.certificates.work import CertificatesWork
from domain.content.roadmap_nodes import Completion, RoadmapNode
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import CertificateId, EnrolmentId
from domain.learning.enrolments import LearnerPath
from domain.refusals import all_at_once
from domain.text import line


async def issue(
    work: CertificatesWork,
    act: Act,
    *,
    enrolment_id: EnrolmentId,
    name: str,
    randomness: Callable[[int], bytes],
) -> Certificate:
    """Return the actor's certificate for the version that they finished; a new one has the name.

    Raises, all at once, InvalidInputError, NotFoundError, RoadmapNotFinishedError or OwnRoadmapError; InvalidInputError
    as well where that certificate was revoked.
    """
    with all_at_once() as each:
        with each:
            name = line(name, field="name", longest=LONGEST_NAME)
        enrolment = await work.enrolments.lock(enrolment_id, user_id=act.user_id)
        (path,) = await work.enrolments.paths([enrolment_id], viewer_id=act.user_id)
        if enrolment is None or path is None:
            raise NotFoundError("You have no such enrolment.", field="enrolmentId")
        if path.is_own:
            raise OwnRoadmapError(
                "You write this roadmap; a certificate is for a roadmap of others.", field="enrolmentId"
            )
        if not path.progress().is_complete:
            raise RoadmapNotFinishedError(
                "Required steps are not done yet; finish them first.", field="enrolmentId"
            )
    (version,) = await work.roadmaps.versions_by_ids([enrolment.version_id], viewer_id=act.user_id)
    (nodes,) = await work.nodes.of_versions([enrolment.version_id], viewer_id=act.user_id)
    if version is None:
        raise NotFoundError("You have no such enrolment.", field="enrolmentId")
    required = _required(nodes, path)
    certificate = await work.certificates.add(
        NewCertificate(
            id=CertificateId(act.mint("certificate")),
            code=code_of(randomness(16)),
            user_id=act.user_id,
            roadmap_id=enrolment.roadmap_id,
            version_id=enrolment.version_id,
            name=name,
            title=version.title,
            version_number=version.number,
            steps=len(required),
            checked_steps=sum(node.completion is not Completion.CHECKBOX for node in required),
            completed_at=enrolment.completed_at or act.now,
            issued_at=act.now,
        )
    )
    if certificate.state is CertificateState.REVOKED:
        raise InvalidInputError(
            "Your certificate for this roadmap was revoked; your list of certificates has the reason.",
            field="enrolmentId",
        )
    return certificate


def _required(nodes: list[RoadmapNode], path: LearnerPath) -> list[RoadmapNode]:
    on_path = {step.key for step in path.steps}
    return [node for node in nodes if not node.optional and node.id in on_path]
