"""Causes of trouble inside the platform; those of other services are in the dependency table."""

from domain.service_status.parts import Cause, ServicePart

DATABASE_UNREACHABLE = Cause(
    name="database_unreachable",
    part=ServicePart.DATABASE,
    sentence="The database does not answer, so that most requests fail; try again in a minute.",
)
DATABASE_BUSY = Cause(
    name="database_busy",
    part=ServicePart.DATABASE,
    sentence="The database is busy, so that some requests are refused; send those again.",
)
DATABASE_FULL = Cause(
    name="database_full",
    part=ServicePart.DATABASE,
    sentence="Nothing can be saved at present, but everything can be read; save again later.",
)
SIGNALS_LOST = Cause(
    name="signals_lost",
    part=ServicePart.LIVE_UPDATES,
    sentence="What others change appears some seconds late; there is nothing to do.",
)
JOBS_NOT_SERVED = Cause(
    name="jobs_not_served",
    part=ServicePart.JOBS,
    sentence="Work in the background waits, such as settling XP and deleting accounts; it is done later.",
)
MAILS_NOT_SERVED = Cause(
    name="mails_not_served",
    part=ServicePart.MAIL,
    sentence="Mails are not sent at present; they arrive later, so do not ask for another one.",
)
WEBHOOKS_NOT_SERVED = Cause(
    name="webhooks_not_served",
    part=ServicePart.WEBHOOKS,
    sentence="Webhooks are not sent at present; receivers get them later.",
)
INTERNAL = (
    DATABASE_UNREACHABLE,
    DATABASE_BUSY,
    DATABASE_FULL,
    SIGNALS_LOST,
    JOBS_NOT_SERVED,
    MAILS_NOT_SERVED,
    WEBHOOKS_NOT_SERVED,
)
