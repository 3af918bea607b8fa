"""E-mail preferences: which mails a user gets besides those about the account."""

from datetime import datetime

import strawberry

from graph.directives import auth
from graph.fields import attribute, given, resolved_by
from graph.mail.suppressions import StoppedMails
from graph.mutations import mutated_by
from resolvers.mail import email_preferences, suppressions

_DIGEST = "on Monday at 8 in the caller's time zone: the week, the streak, and what to work on next"
_CLICKS = (
    "links in mails that can be ended lead over this server, which notes once that the mail was clicked."
)


@strawberry.type(
    description="Which mails a user has asked for. Mails about the account, such as a new sign-in, always come.",
    directives=[auth()],
)
class EmailPreferences:
    """The preferences of one user."""

    weekly_digest: bool = attribute(f"Whether the weekly digest comes, {_DIGEST}. By default it does not.")
    click_counting: bool = attribute(
        f"Whether the caller consents to this: {_CLICKS} By default they do not."
    )
    stopped: list[StoppedMails] | None = resolved_by(
        suppressions.own_suppressions,
        description="Why mails to the caller's address are stopped; empty while they are not.",
        at_most=3,
        usual=1,
    )
    marketing: bool = attribute(
        "Whether the caller consents to mails about offers and news of the platform. By default they do not."
    )
    marketing_changed_at: datetime | None = attribute(
        "When the caller last consented to these or withdrew; null for never."
    )


@strawberry.input(description="What to change; a field that is left out stays unchanged.")
class UpdateEmailPreferencesInput:
    """A partial update."""

    weekly_digest: bool | None = given(
        f"True for a weekly digest, {_DIGEST}. It needs a verified address, and a week without news has none."
    )
    click_counting: bool | None = given(
        f"True to consent to this: {_CLICKS} False to withdraw, also for mails that were sent."
    )
    marketing: bool | None = given(
        "True to consent to mails about offers and news of the platform, false to withdraw; it holds at once."
    )


@strawberry.type
class MailMutations:
    """Mutations of e-mail preferences; API keys cannot call them."""

    update_email_preferences = mutated_by(
        email_preferences.update_email_preferences,
        input=UpdateEmailPreferencesInput,
        gives={"email_preferences": (EmailPreferences, "The preferences after the change.")},
        rule=auth(),
        description="Changes which mails the caller gets.",
    )
