"""What you may: the rules of fields and types, each printed in the SDL and enforced by the same object."""

from enum import Enum
from typing import Protocol

import strawberry
from strawberry.schema_directive import Location

from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.described import declare_enum

declare_enum(
    Role,
    "What a user may do. Roles add up: a user holds one or more.",
    LEARNER="Learns: sets goals, enrols, takes quizzes.",
    AUTHOR="Writes and publishes roadmaps, quizzes and questions.",
    MODERATOR="Handles reports and settles pending XP.",
    ADMIN="Runs the platform; holds every other role's rights.",
    SERVICE="Another program, acting with an API key.",
)

declare_enum(
    Scope,
    "What an API key may do, within the roles of its owner. What is public needs no scope; what names none is out of "
    "reach for every key.",
    READ_PROFILE="Read the private half of the owner's profile, like e-mail and time zone.",
    READ_LEARNING="Read what the owner learns: goals, enrolments, attempts, streak, XP and analytics.",
    WRITE_LEARNING="Change what the owner learns: set goals, enrol, take quizzes.",
    IMPORT_CONTENT="Import, publish and archive roadmaps and questions, where the owner is an AUTHOR.",
    ADMIN_READ="Search users and read the audit log, where the owner is an ADMIN.",
)

_PLACES = [Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE]
UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"


class Rule(Protocol):
    """A rule judges a caller by role alone, before execution; row rules live in the SQL of the stores."""

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Return None when the caller may go on, else UNAUTHENTICATED or FORBIDDEN."""


Rules = Rule | tuple[Rule, ...]
"""A rule of a field, or several that hold together."""


@strawberry.schema_directive(locations=_PLACES, name="public", description="Everyone may read it.")
class Public:
    """Everyone."""

    def refusal(self, viewer: Viewer | None) -> str | None:  # noqa: ARG002 - the signature of a rule
        """Refuse nobody."""
        return None


@strawberry.schema_directive(
    locations=_PLACES, name="auth", description="Only a signed-in caller who holds the role (or ADMIN)."
)
class Auth:
    """A signed-in caller with a role."""

    requires: Role = Role.LEARNER

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse the anonymous, and those without the role; every signed-in caller counts as a learner."""
        if viewer is None:
            return UNAUTHENTICATED
        held = self.requires is Role.LEARNER or self.requires in viewer.roles or Role.ADMIN in viewer.roles
        return None if held else FORBIDDEN


@strawberry.schema_directive(
    locations=_PLACES,
    name="requiresScopes",
    description="What an API key needs beside the roles of its owner: all scopes of one of the lists. People are not "
    "bound by it. A key reaches nothing that is neither public nor names scopes.",
)
class RequiresScopes:
    """A caller who is a person, or a key with enough scopes."""

    scopes: list[list[Scope]]

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse keys without the scopes; whether anonymous callers may go on, another rule says."""
        if viewer is None or viewer.scopes is None:
            return None
        return None if any(viewer.scopes.issuperset(each) for each in self.scopes) else FORBIDDEN


class NoKeys:
    """What holds where neither `@public` nor `@requiresScopes` stands: keys are kept out, and nothing is printed."""

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse every key."""
        return None if viewer is None or viewer.scopes is None else FORBIDDEN


@strawberry.schema_directive(
    locations=_PLACES,
    name="owner",
    description="Only the owner of the object, whom its field `by` names; for others the value is null.",
)
class Owner:
    """The owner of the row; the SQL behind the field returns nothing to anyone else."""

    by: str = "userId"
    or_role: Role | None = None

    def refusal(self, viewer: Viewer | None) -> str | None:  # noqa: ARG002 - the signature of a rule
        """Refuse nobody here: whose row it is, the SQL decides."""
        return None


class RevealMoment(Enum):
    """When a secret of a question is shown."""

    ATTEMPT_CLOSED = "ATTEMPT_CLOSED"


declare_enum(
    RevealMoment,
    "When a secret of a question is shown.",
    ATTEMPT_CLOSED="Once the caller's own attempt is graded, or, in a quiz with feedback after each answer, once "
    "the slot is answered; never while another attempt of theirs that asks the same question is open.",
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="reveal",
    description="A secret of a question: null until the moment that `when` names.",
)
class Reveal:
    """A signed-in caller, and a row whose secret may be shown: the SQL behind the field decides the latter."""

    when: RevealMoment = RevealMoment.ATTEMPT_CLOSED

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse the anonymous."""
        return UNAUTHENTICATED if viewer is None else None


def listed(rules: Rules | None) -> list[object]:
    """Return the rules of a field as its directives."""
    return [] if rules is None else [*rules] if isinstance(rules, tuple) else [rules]


def public() -> Public:
    """Let everyone read it."""
    return Public()


def auth(role: Role = Role.LEARNER) -> Auth:
    """Ask for a signed-in caller with a role."""
    return Auth(requires=role)


def requires_scopes(*scopes: Scope) -> RequiresScopes:
    """Ask an API key for all of these scopes."""
    return RequiresScopes(scopes=[list(scopes)])


def reads_learning() -> tuple[Auth, RequiresScopes]:
    """Ask for a signed-in caller; a key needs READ_LEARNING."""
    return auth(), requires_scopes(Scope.READ_LEARNING)


def writes_learning() -> tuple[Auth, RequiresScopes]:
    """Ask for a signed-in caller; a key needs WRITE_LEARNING."""
    return auth(), requires_scopes(Scope.WRITE_LEARNING)


def imports_content() -> tuple[Auth, RequiresScopes]:
    """Ask for an author; a key needs IMPORT_CONTENT."""
    return auth(Role.AUTHOR), requires_scopes(Scope.IMPORT_CONTENT)


def owner(by: str = "userId") -> Owner:
    """Ask for the owner of the row; the store's SQL enforces it, which knows no `orRole` yet."""
    return Owner(by=by)


def reveal() -> Reveal:
    """Ask for a closed attempt of the caller's own; the store's SQL enforces it."""
    return Reveal(when=RevealMoment.ATTEMPT_CLOSED)
