"""Served queues: those whose jobs a worker can run by the settings."""

import structlog

from domain import job_table
from domain.jobs import job_administration
from domain.mail import outbox
from resolvers.context import Ports

_log = structlog.get_logger("gateway.jobs.served_queues")


def served_queues(ports: Ports) -> list[str]:
    """Return the queues that a worker serves: all, but mails wait while there is no way to send them."""
    sends_mail = ports.mail_transport is not None
    if not sends_mail:
        _log.warning("mails_wait", reason="QUESTPATH_SMTP_URL is not set")
    return queues_with(sends_mail=sends_mail)


def queues_with(*, sends_mail: bool) -> list[str]:
    """Return the queues that a worker with or without a mail server serves."""
    names = job_administration.queue_names(job_table.KINDS)
    return [name for name in names if sends_mail or name != outbox.QUEUE]
