"""Audit log: entries and the query for admins."""

from datetime import datetime

import strawberry

from domain.accounts.audit import AuditAction
from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.ids import AuditEntryId
from graph.accounts.users import User
from graph.costs import weighed
from graph.directives import auth, requires_scopes
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import audit, loaders

declare_enum(
    AuditAction,
    "The kinds of acts in the audit log.",
    SIGNED_IN="A session was opened.",
    SIGNED_OUT="A session was ended by its user.",
    SESSION_REVOKED="A user ended one of their sessions.",
    SESSIONS_REVOKED="A user ended several of their sessions.",
    REFRESH_TOKEN_REUSED="A spent refresh token was used again, and its session was ended.",
    REGISTERED="An account was created.",
    SIGN_IN_FAILED="A sign-in or password check failed with a wrong password.",
    PASSWORD_CHANGED="A user replaced their password.",
    PASSWORD_RESET_REQUESTED="A link that sets a new password was requested.",
    PASSWORD_RESET="A password was replaced with such a link.",
    EMAIL_VERIFIED="A user verified their e-mail address.",
    EMAIL_CHANGED="A user changed their e-mail address.",
    IDENTITY_LINKED="An identity of a provider was linked to the account.",
    ROLES_SET="An admin replaced the roles of a user.",
    USER_SUSPENDED="An admin suspended a user.",
    USER_RESTORED="An admin lifted a suspension.",
    API_KEY_CREATED="A user created an API key.",
    API_KEY_REVOKED="A user revoked an API key.",
    DATA_EXPORTED="A user requested an export of their data.",
    DELETION_REQUESTED="A user requested the deletion of their account.",
    DELETION_CANCELLED="A user cancelled the deletion of their account.",
    ACCOUNT_ANONYMISED="The grace period ended and the account was anonymised.",
    PRIVACY_CHANGED="A user changed the visibility of their profile.",
    EMAIL_PREFERENCES_CHANGED="The user chose which mails they get, or ended one by its link.",
    ADDRESS_SUPPRESSED="An operator stopped the mails to an address.",
    SUPPRESSION_LIFTED="Mails to an address go on: an operator or its reader said so.",
    XP_SETTLED="A moderator let withheld XP of the user count.",
    XP_REVERSED="A moderator took back XP of the user.",
    TIME_MULTIPLIER_SET="A moderator set how much more time the user has for quizzes.",
    JOB_STARTED="A job was started by hand.",
    JOB_CANCELLED="A job was cancelled.",
    JOB_RETRIED="A failed job was queued again.",
    JOB_DISCARDED="A failed job was given up.",
    QUEUE_PAUSED="A queue was paused.",
    QUEUE_RESUMED="A paused queue was resumed.",
    WORKFLOW_TEMPLATE_SAVED="A version of a template of workflows was saved.",
    WORKFLOW_STARTED="A workflow was started by hand.",
    WORKFLOW_PAUSED="A workflow was paused.",
    WORKFLOW_RESUMED="A paused workflow was resumed.",
    WORKFLOW_CANCELLED="A workflow was cancelled.",
    WORKFLOW_STEP_RETRIED="A workflow began again from a step.",
    WORKFLOW_STEP_SKIPPED="A step of a workflow was skipped.",
    FEATURE_FLAG_SET="An operator switched a part of the platform.",
    FEATURE_FLAG_RESET="An operator gave a part of the platform its default again.",
    WEBHOOK_CREATED="A webhook endpoint was created.",
    WEBHOOK_CHANGED="A webhook endpoint was changed.",
    WEBHOOK_SECRET_ROTATED="The secret of a webhook endpoint was replaced.",
    WEBHOOK_DELETED="A webhook endpoint was deleted.",
    WEBHOOK_DISABLED="The platform disabled a webhook endpoint that does not answer.",
    WEBHOOK_REPLAYED="A webhook delivery was sent again.",
    WEBHOOK_TESTED="A test event was sent to a webhook endpoint.",
    EMAIL_TEMPLATE_CREATED="An e-mail template was created.",
    EMAIL_TEMPLATE_UPDATED="The next version of an e-mail template was saved.",
    EMAIL_TEMPLATE_DELETED="An e-mail template was deleted.",
    SEGMENT_CREATED="A segment was created.",
    SEGMENT_UPDATED="A segment was changed.",
    SEGMENT_DELETED="A segment was deleted.",
    CAMPAIGN_CREATED="A campaign was created.",
    CAMPAIGN_UPDATED="A draft of a campaign was changed.",
    CAMPAIGN_SCHEDULED="A time was set at which a campaign begins.",
    CAMPAIGN_UNSCHEDULED="A campaign that had a time became a draft again.",
    CAMPAIGN_STARTED="The sending of a campaign was begun by hand.",
    CAMPAIGN_TESTED="A campaign was sent to the operator alone, to try it out.",
    CAMPAIGN_PAUSED="A campaign was paused.",
    CAMPAIGN_RESUMED="A paused campaign was resumed.",
    CAMPAIGN_CANCELLED="A campaign was cancelled.",
    ROADMAP_ARCHIVED="A roadmap was archived by its author or an admin.",
    ROADMAP_RESTORED="An archived roadmap was restored by its author or an admin.",
    SHARE_LINK_CREATED="The share link of a roadmap or of a thread was made, by its author or an admin.",
    SHARE_LINK_REVOKED="The share link of a roadmap or of a thread was revoked, by its author or an admin.",
    COLLABORATOR_INVITED="A user was invited to work on a roadmap by its author or an admin.",
    COLLABORATOR_REMOVED="A collaborator or an invitation was removed from a roadmap by its author or an admin.",
    ROADMAP_VISIBILITY_CHANGED="The visibility of a roadmap was changed at once by its author or an admin.",
    QUIZ_WITHDRAWN="A quiz was withdrawn by its author or an admin.",
    QUIZ_RESTORED="A withdrawn quiz was restored by its author or an admin.",
    QUIZ_EXPORTED="The questions of a quiz were exported, with their answer keys.",
    ROADMAP_EXPORTED="A roadmap was exported.",
    QUESTION_REPORTS_RESOLVED="A moderator resolved the reports of one kind on a question.",
    QUESTION_REPORTS_DISMISSED="A moderator dismissed reports on a question.",
    QUESTION_SUSPENDED="A question was suspended by its author or a moderator.",
    QUESTION_RESUMED="A suspended question was resumed by its author or a moderator.",
    QUESTION_REVIEWED="A generated question was marked as reviewed by its author or a moderator.",
    CERTIFICATE_REVOKED="A moderator revoked a certificate.",
    REGRADE_STARTED="Its author or a moderator had attempts graded again by the newest key of a question.",
)

_SCOPES = requires_scopes(Scope.ADMIN_READ)


@strawberry.type(description="One part of what an act changed.", directives=[auth(), _SCOPES])
class AuditDetail:
    """A name and a value."""

    name: str = attribute("What changed, like `before`, `after` or `reason`.")
    value: str | None = attribute("The value, or null for none; never a secret or a whole e-mail address.")


@strawberry.type(
    description="An audited act; entries are added and never changed.",
    directives=[auth(), _SCOPES],
)
class AuditEntry(Node):
    """One entry."""

    id: AuditEntryId = attribute("The entry's id, `audit_...`; ids order by time.")
    actor: User | None = loaded_by(
        loaders.users_by_id,
        key="actor_id",
        description="Who did it; null for the platform itself and for an unknown caller.",
    )
    action: AuditAction = attribute("What was done.")
    target: str = attribute("The id of the object that was changed, of any kind; empty if there is none.")
    difference: list[AuditDetail] = attribute("What it changed.", at_most=20, usual=2)
    address: str | None = attribute(
        "The network that it came from, like `203.0.113.0/24`; null if it is unknown, or another user's."
    )
    session_id: strawberry.ID | None = attribute(
        "The session, or API key, that it was done in; null without one, or if it is another user's."
    )
    happened_at: datetime = attribute("When it was done.")


@strawberry.type
class AuditQueries:
    """The root field of the log."""

    audit_log: Connection[AuditEntry] | None = weighed(
        resolved_by(
            audit.audit_log,
            description="All entries, newest first. The caller's role is checked in the database.",
            rule=(auth(Role.ADMIN), _SCOPES),
            args={
                "actor_id": "Only acts of this user.",
                "action": "Only acts of this kind.",
                "target": "Only acts on the object with this id.",
                "since": "Only from this moment on.",
                "until": "Only before this moment.",
            },
        ),
        5,
    )
