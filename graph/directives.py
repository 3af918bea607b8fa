"""Directives of access rules: each rule is printed in the SDL and enforced by the same object."""

from enum import Enum
from typing import Protocol

import strawberry
from strawberry.schema_directive import Location

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from graph.access_errors import FORBIDDEN, UNAUTHENTICATED
from graph.enums import declare_enum

declare_enum(
    Role,
    "What a user may do. A user has one or more roles, whose rights add up.",
    LEARNER="Learns: sets goals, enrols, takes quizzes.",
    AUTHOR="Writes and publishes roadmaps, quizzes and questions.",
    MODERATOR="Handles reports, settles pending XP and gives learners more time.",
    OPERATOR="Runs background work and campaigns: jobs, queues, schedules, mails; sees no learner's private data.",
    ADMIN="Runs the platform; has the rights of every other role.",
)

declare_enum(
    Scope,
    "What an API key may do, within the roles of its owner. A public field needs no scope; a field that is neither "
    "public nor names scopes is out of reach for every key.",
    READ_PROFILE="Read the private part of the owner's profile, like e-mail and time zone.",
    READ_LEARNING="Read what the owner learns: goals, enrolments, attempts, streak, XP and analytics.",
    WRITE_LEARNING="Change what the owner learns: set goals, enrol, take quizzes.",
    IMPORT_CONTENT="Import, publish and archive the roadmaps and questions of the owner alone, who is an AUTHOR.",
    ADMIN_READ="Search users and read the audit log, where the owner is an ADMIN.",
    RUN_JOBS="Start jobs by hand, where the owner is an OPERATOR.",
    SEND_MAIL="Send, schedule and try out campaigns, where the owner is an OPERATOR.",
    READ_OPERATIONS="Read jobs, queues, workers, schedules and campaigns, where the owner is an OPERATOR.",
)

_PLACES = [Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE]


class Rule(Protocol):
    """Judges a caller by roles and scopes, before execution; rules about rows are in the SQL of the stores."""

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Return None where the caller may read the field, else UNAUTHENTICATED or FORBIDDEN."""


Rules = Rule | tuple[Rule, ...]
"""A rule of a field, or several that all apply."""


@strawberry.schema_directive(locations=_PLACES, name="public", description="Everyone may read it.")
class Public:
    """Every caller may read it."""

    def refusal(self, viewer: Viewer | None) -> str | None:  # noqa: ARG002 - Rule's signature
        """Refuse no caller."""
        return None


@strawberry.schema_directive(
    locations=_PLACES, name="auth", description="Only a signed-in caller who has the role (or ADMIN)."
)
class Auth:
    """Only a signed-in caller with a role may read it."""

    requires: Role = Role.LEARNER

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse anonymous callers, and callers without the role; every signed-in caller counts as a learner."""
        if viewer is None:
            return UNAUTHENTICATED
        has_role = (
            self.requires is Role.LEARNER or self.requires in viewer.roles or Role.ADMIN in viewer.roles
        )
        return None if has_role else FORBIDDEN


@strawberry.schema_directive(
    locations=_PLACES,
    name="requiresScopes",
    description="The scopes that an API key needs beside the roles of its owner: all scopes of one of the lists. It "
    "does not apply to people. With no list, no key can read it, nor a field that is neither public nor names scopes.",
)
class RequiresScopes:
    """Only a person, or an API key with enough scopes, may read it."""

    scopes: list[list[Scope]]

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse keys without the scopes; another rule judges anonymous callers."""
        if viewer is None or viewer.scopes is None:
            return None
        return None if any(viewer.scopes.issuperset(each) for each in self.scopes) else FORBIDDEN


class NoKeys:
    """The rule of a field with neither `@public` nor `@requiresScopes`: no API key may read it. It is not printed."""

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse every API key."""
        return None if viewer is None or viewer.scopes is None else FORBIDDEN


@strawberry.schema_directive(
    locations=_PLACES,
    name="owner",
    description="Only the owner of the object, whom its field `by` names; for others the value is null.",
)
class Owner:
    """Only the owner of the row may read it; the SQL behind the field returns null to others."""

    by: str = "userId"

    def refusal(self, viewer: Viewer | None) -> str | None:  # noqa: ARG002 - Rule's signature
        """Refuse no caller here: the SQL decides by the row."""
        return None


class RevealMoment(Enum):
    """When a secret of a question is shown."""

    ATTEMPT_CLOSED = "ATTEMPT_CLOSED"
    STUDY_ANSWERED = "STUDY_ANSWERED"


declare_enum(
    RevealMoment,
    "When a secret of a question is shown.",
    ATTEMPT_CLOSED="Once the caller's own attempt is graded, or, in a quiz with feedback after each answer, once "
    "the slot is answered; never while another attempt of theirs with the same question is open.",
    STUDY_ANSWERED="Once the caller has answered the slot in study mode; never while an open attempt asks the "
    "same question.",
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="reveal",
    description="A secret of a question: null until the moment that `when` names.",
)
class Reveal:
    """Only a signed-in caller may read it, once the secret may be shown, which the SQL behind the field decides."""

    when: RevealMoment = RevealMoment.ATTEMPT_CLOSED

    def refusal(self, viewer: Viewer | None) -> str | None:
        """Refuse anonymous callers."""
        return UNAUTHENTICATED if viewer is None else None


def listed(rules: Rules | None) -> list[object]:
    """Return the rules of a field as its directives."""
    return [] if rules is None else [*rules] if isinstance(rules, tuple) else [rules]


def public() -> Public:
    """Return the rule that lets everyone read a field."""
    return Public()


def auth(role: Role = Role.LEARNER) -> Auth:
    """Return the rule that requires a signed-in caller with a role."""
    return Auth(requires=role)


def requires_scopes(*scopes: Scope) -> RequiresScopes:
    """Return the rule that requires all of these scopes of an API key."""
    return RequiresScopes(scopes=[list(scopes)])


def people_only() -> RequiresScopes:
    """Return the rule that no API key meets, for what is public to people before they are signed in."""
    return RequiresScopes(scopes=[])


def reads_learning() -> tuple[Auth, RequiresScopes]:
    """Return the rules that require a signed-in caller, and READ_LEARNING of an API key."""
    return auth(), requires_scopes(Scope.READ_LEARNING)


def writes_learning() -> tuple[Auth, RequiresScopes]:
    """Return the rules that require a signed-in caller, and WRITE_LEARNING of an API key."""
    return auth(), requires_scopes(Scope.WRITE_LEARNING)


def imports_content() -> tuple[Auth, RequiresScopes]:
    """Return the rules that require an author, and IMPORT_CONTENT of an API key."""
    return auth(Role.AUTHOR), requires_scopes(Scope.IMPORT_CONTENT)


def reads_imports() -> tuple[Auth, RequiresScopes]:
    """Return the rules of one's own imports, for those too who are no author any more; of a key IMPORT_CONTENT."""
    return auth(), requires_scopes(Scope.IMPORT_CONTENT)


def owner(by: str = "userId") -> Owner:
    """Return the rule that requires the owner of the row; the store's SQL enforces it."""
    return Owner(by=by)


def reveal(when: RevealMoment = RevealMoment.ATTEMPT_CLOSED) -> Reveal:
    """Return the rule that a secret of the caller's is shown from a moment on; the store's SQL enforces it."""
    return Reveal(when=when)
