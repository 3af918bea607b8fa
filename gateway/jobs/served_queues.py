"""Served queues: those whose jobs a worker can run by the settings."""

import structlog

from domain import job_table
from domain.jobs import backup_jobs, job_administration
from domain.mail import outbox
from resolvers.context import Ports

_log = structlog.get_logger("gateway.jobs.served_queues")


def served_queues(ports: Ports) -> list[str]:
    """Return the queues that a worker serves: mails wait without a way to send them, and backups without a folder."""
    sends_mail = ports.mail_transport is not None
    if not sends_mail:
        _log.warning("mails_wait", reason="QUESTPATH_SMTP_URL is not set")
    return queues_with(sends_mail=sends_mail, backs_up=ports.backups is not None)


def queues_with(*, sends_mail: bool, backs_up: bool) -> list[str]:
    """Return the queues that a worker serves with or without a mail server, and a folder of backups."""
    left_out = {outbox.QUEUE: sends_mail, backup_jobs.QUEUE: backs_up}
    return [name for name in job_administration.queue_names(job_table.KINDS) if left_out.get(name, True)]
