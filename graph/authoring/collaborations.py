"""Types and mutations of collaborators."""

from datetime import datetime

import strawberry

from domain.authoring.collaborations import TooManyCollaboratorsError
from domain.content.collaborators import MOST_COLLABORATORS, OPEN_FOR, CollaboratorRole
from domain.errors import ForbiddenError
from domain.ids import CollaboratorId, RoadmapId
from graph.accounts.users import User
from graph.content.roadmaps import Roadmap
from graph.directives import imports_content, reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.node import Node
from graph.scalars import EmailAddress
from resolvers.accounts import loaders as account_loaders
from resolvers.authoring import collaborations
from resolvers.content import loaders

declare_enum(
    CollaboratorRole,
    "What a collaborator of a roadmap does.",
    CO_AUTHOR="Reads and edits drafts, and reviews evidence. Publishing stays with the author.",
    REVIEWER="Reads drafts, and reviews evidence.",
)
declare_error(
    TooManyCollaboratorsError, "The roadmap has as many collaborators and invitations as are allowed."
)


@strawberry.type(
    description="A user who works on a roadmap of another, or is invited to. The user sees it, and who works on the "
    "roadmap.",
    directives=[*reads_learning()],
)
class Collaborator(Node):
    """A collaborator, or an open invitation."""

    id: CollaboratorId = attribute("The collaborator's id, `collaborator_...`.")
    roadmap: Roadmap | None = loaded_by(
        loaders.roadmaps_by_id,
        key="roadmap_id",
        description="The roadmap; null for a user who is invited to one that they may not see yet.",
    )
    roadmap_title: str = attribute("The title of the roadmap, also for a user who is invited.")
    user: User | None = loaded_by(
        account_loaders.users_by_id, key="user_id", description="Who collaborates, or is invited."
    )
    role: CollaboratorRole = attribute("What the user does.")
    invited_by: User | None = loaded_by(
        account_loaders.users_by_id, key="invited_by_id", description="Who invited the user."
    )
    invited_at: datetime = attribute(
        f"When the user was invited; an invitation is open for {OPEN_FOR.days} days."
    )
    accepted_at: datetime | None = attribute("When the user accepted, or null.")


@strawberry.input(description="Finds who to invite, by exactly one of its fields.", one_of=True)
class InviteeBy:
    """A one-of lookup."""

    handle: str | None = given("The user's handle, in any case.")
    email: EmailAddress | None = given("An address that the user has verified.")


@strawberry.input(description="A user to invite to a roadmap.")
class InviteCollaboratorInput:
    """An invitation."""

    roadmap_id: RoadmapId = given("A roadmap of the caller's own.", required=True)
    invitee: InviteeBy = given("The user.", required=True)
    role: CollaboratorRole = given("What the user will do.", required=True)


@strawberry.input(description="An invitation to accept.")
class AcceptInvitationInput:
    """An invitation."""

    collaborator_id: CollaboratorId = given("An open invitation of the caller's.", required=True)


@strawberry.input(description="A collaboration to end.")
class LeaveCollaborationInput:
    """A collaboration."""

    collaborator_id: CollaboratorId = given(
        "A collaboration or an invitation of the caller's.", required=True
    )


@strawberry.input(description="A collaborator to remove.")
class RemoveCollaboratorInput:
    """A collaborator."""

    collaborator_id: CollaboratorId = given(
        "A collaborator of a roadmap of the caller's own, or an invitation to it.", required=True
    )


@strawberry.type
class CollaborationMutations:
    """Mutations of collaborators."""

    invite_collaborator = mutated_by(
        collaborations.invite_collaborator,
        input=InviteCollaboratorInput,
        gives={"roadmap": (Roadmap, "The roadmap.")},
        refuses=(TooManyCollaboratorsError, ForbiddenError),
        rule=imports_content(),
        description="Invites a user to a roadmap of the caller's own. The user gets a mail, and works on the roadmap "
        "once they accept; a collaborator gets another role at once. By address, the payload is the same whether or "
        f"not a user has it; `collaborators` shows them once they accept. At most {MOST_COLLABORATORS} a roadmap.",
    )
    accept_invitation = mutated_by(
        collaborations.accept_invitation,
        input=AcceptInvitationInput,
        gives={"collaborator": (Collaborator, "The caller as a collaborator.")},
        rule=writes_learning(),
        description="Accepts an invitation to work on a roadmap.",
    )
    leave_collaboration = mutated_by(
        collaborations.leave_collaboration,
        input=LeaveCollaborationInput,
        gives={"collaborator": (Collaborator, "The collaboration as it was.")},
        rule=writes_learning(),
        description="Ends the caller's work on a roadmap, or declines the invitation to it.",
    )
    remove_collaborator = mutated_by(
        collaborations.remove_collaborator,
        input=RemoveCollaboratorInput,
        gives={"collaborator": (Collaborator, "The collaborator as they were.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Removes a collaborator from a roadmap of the caller's own, or takes an invitation back. Edits and "
        "reviews of theirs stay.",
    )
