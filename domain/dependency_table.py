"""Dependency table: every service of others that the platform calls behind a circuit breaker, a line for each."""

from datetime import timedelta

from domain.ai.errors import AiUnavailableError
from domain.authentication.external_identities import ProviderUnavailableError
from domain.mail.mails import MailServerUnavailableError
from domain.service_status.causes import INTERNAL
from domain.service_status.dependencies import Dependency, Postpone, Refuse, table_of
from domain.service_status.parts import Cause, Causes, ServicePart
from domain.webhooks.delivery_attempts import ReceiverUnavailableError

MAIL_SERVER = Dependency(
    name="mail_server",
    failures=5,
    open_for=timedelta(seconds=30),
    counts=(MailServerUnavailableError,),
    fallback=Postpone(),
    part=ServicePart.MAIL,
    sentence="Mails are not sent at present; they arrive later, so do not ask for another one.",
)
IDENTITY_PROVIDER = Dependency(
    name="identity_provider",
    failures=3,
    open_for=timedelta(seconds=30),
    counts=(ProviderUnavailableError,),
    fallback=Refuse(
        error=ProviderUnavailableError,
        sentence="The identity provider does not respond; sign in with a password, "
        "or try again in {seconds} seconds.",
    ),
    part=ServicePart.EXTERNAL_SIGN_IN,
    sentence="Signing in with an identity provider does not work at present; sign in with a password.",
)
WEBHOOK_RECEIVER = Dependency(
    name="webhook_receiver",
    failures=5,
    open_for=timedelta(minutes=1),
    counts=(ReceiverUnavailableError,),
    fallback=Postpone(),
    part=ServicePart.WEBHOOKS,
    sentence="Some receivers of webhooks do not respond; what they missed is sent to them later.",
)
AI_PROVIDER = Dependency(
    name="ai_provider",
    failures=3,
    open_for=timedelta(seconds=30),
    counts=(AiUnavailableError,),
    fallback=Refuse(
        error=AiUnavailableError,
        sentence="The language models do not respond; try again in {seconds} seconds.",
    ),
    part=ServicePart.AI,
    sentence="Some or all language models do not respond; what they are asked for takes longer or fails, so try later.",
)
DEPENDENCIES = table_of(MAIL_SERVER, IDENTITY_PROVIDER, WEBHOOK_RECEIVER, AI_PROVIDER)
"""Every dependency by its name."""
CAUSES: Causes = {
    cause.name: cause
    for cause in (
        *INTERNAL,
        *(Cause(name=each.name, part=each.part, sentence=each.sentence) for each in DEPENDENCIES.values()),
    )
}
"""Why parts of the service may not work, by name: each dependency, and what is inside the platform."""
