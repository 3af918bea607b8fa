"""Suppressions: addresses that get no more mails, as operators see and change them."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import SuppressionId
from domain.mail.suppression_administration import LONGEST_REASON
from domain.mail.suppressions import SuppressionReason
from graph.directives import auth
from graph.enums import declare_enum
from graph.fields import arg, attribute, given, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import EmailAddress
from resolvers.mail import suppressions

_REASON = f"Why, for the audit log: 1 to {LONGEST_REASON} characters."
declare_enum(
    SuppressionReason,
    "Why an address gets no more mails, which says which ones.",
    HARD_BOUNCE="Mails came back. Only mails that somebody asks for, such as a link for a new password, are sent.",
    COMPLAINT="The reader called a mail spam. Only mails about the account are sent.",
    MANUAL="An operator stopped every mail.",
)


@strawberry.type(
    description="A reason to send no mails to an address. The address is stored as a digest, which nobody can read.",
    directives=[*OPERATOR_READS],
)
class Suppression(Node):
    """One suppression."""

    id: SuppressionId = attribute("The suppression's id, `suppression_...`; ids order by time.")
    reason: SuppressionReason = attribute("Why the address gets no more mails.")
    since: datetime = attribute("Since when.")
    note: str | None = attribute(
        "What the operator wrote who suppressed the address; null for the other reasons."
    )


@strawberry.type(description="A reason for which mails to the caller are stopped.", directives=[auth()])
class StoppedMails:
    """A suppression of the caller's own address."""

    reason: SuppressionReason = attribute(
        "Why they are stopped. `requestEmailVerification` and the link that it mails end HARD_BOUNCE and COMPLAINT; "
        "support ends MANUAL."
    )
    since: datetime = attribute("Since when.")


@strawberry.type
class SuppressionQueries:
    """The root field about suppressions; the caller's role is checked in the database."""

    suppressions: Connection[Suppression] | None = resolved_by(
        suppressions.suppressions,
        description="Addresses that get no more mails, newest first; a list has no addresses in it.",
        rule=OPERATOR_READS,
        args={
            "reason": "Only those for this reason.",
            "email": arg(EmailAddress | None, "Only those of this address."),
        },
    )


@strawberry.input(description="An address that shall get no mails any more.")
class SuppressAddressInput:
    """An address, and why."""

    email: EmailAddress = given("The address.", required=True)
    reason: str = given(_REASON, required=True)


@strawberry.input(description="A suppression to lift.")
class LiftSuppressionInput:
    """A suppression, and why."""

    id: SuppressionId = given("The suppression, `suppression_...`.", required=True)
    reason: str = given(_REASON, required=True)


@strawberry.type
class SuppressionMutations:
    """Mutations of suppressions; the caller's role is checked in the database."""

    suppress_address = mutated_by(
        suppressions.suppress_address,
        input=SuppressAddressInput,
        gives={"suppression": (Suppression, "The suppression; the present one, if the address has one.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Stops every mail to an address, also those that somebody asks for.",
    )
    lift_suppression = mutated_by(
        suppressions.lift_suppression,
        input=LiftSuppressionInput,
        gives={"suppression": (Suppression, "The suppression that was lifted.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Lets an address get mails again, as far as no other suppression stops them.",
    )
