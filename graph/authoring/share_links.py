"""Mutations of share links."""

import strawberry

from domain.authoring.share_links import InvalidShareLinkError
from domain.errors import ForbiddenError
from domain.ids import RoadmapId
from graph.content.roadmaps import Roadmap
from graph.directives import imports_content, writes_learning
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from resolvers.authoring import share_links

declare_error(InvalidShareLinkError, "The link is unknown or was revoked, or its roadmap is not published.")


@strawberry.input(description="The roadmap to share.")
class CreateShareLinkInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("A roadmap of the caller's own.", required=True)


@strawberry.input(description="The roadmap that is no longer shared.")
class RevokeShareLinkInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("A roadmap of the caller's own.", required=True)


@strawberry.input(description="A share link to open.")
class OpenShareLinkInput:
    """A secret."""

    secret: str = given("The secret of the link, `qps_...`.", required=True)


@strawberry.type
class ShareLinkMutations:
    """Mutations of share links."""

    create_share_link = mutated_by(
        share_links.create_share_link,
        input=CreateShareLinkInput,
        gives={
            "roadmap": (Roadmap, "The shared roadmap."),
            "secret": (str, "The secret of the link, shown only once: learners give it to `openShareLink`."),
        },
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Makes the share link of a roadmap: learners who open it see the roadmap while it is published, "
        "also a private one, and may enrol. A new link takes the place of the one before.",
    )
    revoke_share_link = mutated_by(
        share_links.revoke_share_link,
        input=RevokeShareLinkInput,
        gives={"roadmap": (Roadmap, "The roadmap.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Revokes the share link of a roadmap: who opened it and did not enrol sees the roadmap no longer.",
    )
    open_share_link = mutated_by(
        share_links.open_share_link,
        input=OpenShareLinkInput,
        gives={"roadmap": (Roadmap, "The roadmap, which the caller may see from now on.")},
        refuses=(InvalidShareLinkError,),
        rule=writes_learning(),
        description="Opens a share link: the caller sees its roadmap until the link is revoked.",
    )
