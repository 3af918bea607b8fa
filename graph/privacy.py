"""Privacy: who sees what of a user, what is kept of them, and how it goes."""

from datetime import datetime

import strawberry

from domain.erasure import ProofNeededError
from domain.exports import TooManyExportsError
from domain.ids import ExportId
from domain.privacy import ProfileVisibility
from domain.roles import LastAdminError
from graph.described import declare_enum
from graph.directives import auth, public
from graph.errors import declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from graph.proving import PROVING
from resolvers import privacy

declare_enum(
    ProfileVisibility,
    "Who sees a field of a profile; its owner always does.",
    EVERYONE="Everyone, the anonymous too.",
    FRIENDS="The user's friends. There are no friendships yet, so for now nobody.",
    NOBODY="Nobody else.",
)
declare_error(LastAdminError, "The act would leave the platform without an admin.")
declare_error(TooManyExportsError, "The user asked for five exports within a day.")
declare_error(ProofNeededError, "The act needs the password, or a sign-in of the last ten minutes.")


@strawberry.type(
    description="What a user decided of their profile. Handle, display name, level and XP are always public.",
    directives=[public()],
)
class Privacy:
    """The decisions."""

    avatar_url: ProfileVisibility = attribute("Who sees the picture.")
    bio: ProfileVisibility = attribute("Who reads the bio.")
    joined_at: ProfileVisibility = attribute(
        "Who is told when the account was created. Ids order by time, so that it can still be guessed from the id."
    )
    on_boards: bool = attribute("Whether others see the user on leaderboards.")


@strawberry.input(description="What to change; a field that is left out stays as it is.")
class UpdatePrivacyInput:
    """A partial update."""

    avatar_url: ProfileVisibility | None = given("Who sees the picture.")
    bio: ProfileVisibility | None = given("Who reads the bio.")
    joined_at: ProfileVisibility | None = given("Who is told when the account was created.")
    on_boards: bool | None = given("False takes the caller off every board; only they still see their rank.")


@strawberry.type(
    description="A permission to download everything that is kept of a user.", directives=[auth()]
)
class DataExport:
    """A permission."""

    id: ExportId = attribute("The permission's id, `export_...`.")
    created_at: datetime = attribute("When it was asked for.")
    expires_at: datetime = attribute("When the link stops working, an hour later.")


@strawberry.input(description="Proof that it is the user who asks.")
class DeleteMyAccountInput:
    """A password, or nothing."""

    password: str | None = given("The password; it may be left out within ten minutes of signing in.")


@strawberry.type
class PrivacyMutations:
    """Mutations about privacy; no API key can call them."""

    update_privacy = mutated_by(
        privacy.update_privacy,
        input=UpdatePrivacyInput,
        gives={"privacy": (Privacy, "What holds now.")},
        rule=auth(),
        description="Changes who sees what of the caller.",
    )
    export_my_data = mutated_by(
        privacy.export_my_data,
        input=None,
        gives={
            "data_export": (DataExport, "The permission."),
            "path": (
                str,
                "Where to GET the JSON document on this server; whoever has the link can. A secret.",
            ),
        },
        refuses=(TooManyExportsError,),
        rule=auth(),
        description="Gives a link to everything that is kept of the caller, as one JSON document. At most five a day.",
        weight=100,
    )
    delete_my_account = mutated_by(
        privacy.delete_my_account,
        input=DeleteMyAccountInput,
        gives={"deletes_at": (datetime, "When the account will be anonymised.")},
        refuses=(ProofNeededError, *PROVING, LastAdminError),
        rule=auth(),
        description="Has the caller's account anonymised after 14 days. Until then they can sign in as before and "
        "call cancelDeletion. Boards and statistics of questions keep their numbers, under no name.",
    )
    cancel_deletion = mutated_by(
        privacy.cancel_deletion,
        input=None,
        gives={"cancelled": (bool, "True once the account is safe.")},
        rule=auth(),
        description="Keeps the caller's account after all.",
    )
