"""Profile visibility: who sees which field of a profile."""

import strawberry

from domain.accounts.profile_visibility import ProfileVisibility
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import attribute

declare_enum(
    ProfileVisibility,
    "Who sees a field of a profile; its owner always does.",
    EVERYONE="Everyone, including anonymous callers.",
    NOBODY="No one else.",
)


@strawberry.type(
    description="The visibility settings of a profile. Handle, display name, level and XP are always public.",
    directives=[public()],
)
class Privacy:
    """The settings of one user."""

    avatar_url: ProfileVisibility = attribute("Who sees the picture.")
    bio: ProfileVisibility = attribute("Who sees the bio.")
    joined_at: ProfileVisibility = attribute(
        "Who sees when the account was created. Ids order by time, so it can still be estimated from the id."
    )
    on_boards: bool = attribute("Whether others see the user on leaderboards.")
