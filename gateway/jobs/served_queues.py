"""Served queues: those whose jobs a worker can run by the settings."""

import structlog

from domain import job_table
from domain.jobs import backup_jobs, job_administration
from domain.mail import outbox
from resolvers.context import Ports

_log = structlog.get_logger("gateway.jobs.served_queues")


def served_queues(ports: Ports) -> list[str]:
    """Return the queues that a worker serves: mails wait without a way to send them, and backups without a folder."""
    names = job_administration.queue_names(job_table.KINDS)
    if ports.backups is None:
        names.remove(backup_jobs.QUEUE)
    if ports.mail_transport is not None:
        return names
    _log.warning("mails_wait", reason="QUESTPATH_SMTP_URL is not set")
    return [name for name in names if name != outbox.QUEUE]
