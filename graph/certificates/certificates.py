"""Types, root field and mutations of certificates."""

from datetime import datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.certificates.certificates import (
    CODE_LENGTH,
    CertificateEndedError,
    CertificateState,
    OwnRoadmapError,
    RoadmapNotFinishedError,
)
from domain.errors import ForbiddenError
from domain.ids import CertificateId, EnrolmentId
from graph.content.roadmaps import Roadmap
from graph.directives import auth, owner, public, requires_scopes, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.certificates import certificates, loaders
from resolvers.content import loaders as content_loaders

declare_enum(
    CertificateState,
    "Whether a certificate counts.",
    VALID="It does.",
    REVOKED="A moderator withdrew it.",
    WITHDRAWN="The account of its learner was deleted; it has no name any more.",
)
declare_error(RoadmapNotFinishedError, "Required steps of the roadmap are not done.")
declare_error(OwnRoadmapError, "The caller writes the roadmap, as its author or with others.")
declare_error(CertificateEndedError, "The certificate was withdrawn before.")


@strawberry.type(
    description="What a learner got for a finished roadmap, as it was then. All who have its code can read it.",
    directives=[public(), requires_scopes(Scope.READ_LEARNING)],
)
class Certificate(Node):
    """A certificate."""

    id: CertificateId = attribute(
        "The certificate's id, `certificate_...`; only its learner finds it by this."
    )
    code: str = attribute(f"The code under which it is public: {CODE_LENGTH} letters and digits.")
    name: str = attribute("The name that the learner chose; empty once the account is deleted.")
    title: str = attribute("The title of the roadmap.")
    version_number: int = attribute("The number of the version that was finished.")
    steps: int = attribute("How many required steps the version has.")
    checked_steps: int = attribute(
        "How many of these ask for a passed quiz or for evidence; learners mark the others as done."
    )
    completed_at: datetime = attribute("When the roadmap was finished for the first time.")
    issued_at: datetime = attribute("When it was issued.")
    state: CertificateState = attribute("Whether it counts.")
    ended_at: datetime | None = attribute("When it was withdrawn, or null.")
    reason: str | None = loaded_by(
        loaders.reasons_by_id,
        key="id",
        description="Why a moderator revoked it, or null.",
        rule=owner(),
    )
    roadmap: Roadmap | None = loaded_by(
        content_loaders.roadmaps_by_id,
        key="roadmap_id",
        description="The roadmap; null where the caller may not see it, or it is gone.",
    )
    page_url: str = resolved_by(
        certificates.page_url, description="The public page that says whether it is valid."
    )
    credential_url: str = resolved_by(
        certificates.credential_url,
        description="The public address of its signed Open Badges 3.0 credential, while it is valid.",
    )


@strawberry.input(description="The finished roadmap, and the name on the certificate.")
class IssueCertificateInput:
    """An enrolment and a name."""

    enrolment_id: EnrolmentId = given("An enrolment of the caller's with progress 100.", required=True)
    name: str = given(
        "The name that the certificate shows to all who have its code: one line of 1 to 100 characters. Offer the "
        "`displayName`, and let the learner confirm or change it.",
        required=True,
    )


@strawberry.input(description="The certificate to revoke, and why.")
class RevokeCertificateInput:
    """A code and a reason."""

    code: str = given("The code of a valid certificate.", required=True)
    reason: str = given("What its learner reads: 1 to 500 characters.", required=True)


@strawberry.type
class CertificateQueries:
    """The root field of certificates."""

    certificate: Certificate | None = resolved_by(
        certificates.certificate,
        description="The certificate with a code; null if there is none.",
        rule=public(),
        args={"code": "The code, in small letters or capitals."},
    )


@strawberry.type
class CertificateMutations:
    """Mutations of certificates."""

    issue_certificate = mutated_by(
        certificates.issue_certificate,
        input=IssueCertificateInput,
        gives={"certificate": (Certificate, "The certificate.")},
        refuses=(RoadmapNotFinishedError, OwnRoadmapError),
        rule=writes_learning(),
        description="Issues a certificate for a roadmap of others that the caller has finished, once for each of its "
        "versions. Where there is one already, it is returned as it is, with its own name.",
    )
    revoke_certificate = mutated_by(
        certificates.revoke_certificate,
        input=RevokeCertificateInput,
        gives={"certificate": (Certificate, "The certificate as it is now.")},
        refuses=(CertificateEndedError, ForbiddenError),
        rule=auth(Role.MODERATOR),
        description="Withdraws a certificate for good. Its page and its credential status say so, and its learner gets "
        "a mail. The audit log notes who did it and why.",
    )
