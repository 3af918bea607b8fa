"""A worker of the queue `mail` as a process of its own: arguments are the database and the port of a mail server."""

import asyncio
import sys

from domain import job_table
from domain.mail import outbox
from gateway import secrets_and_ids
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.queue_worker import QueueWorker
from gateway.mail.delivery import MailSender, SmtpTransport
from gateway.settings.integrations import mail_server_at
from persistence.database import connect
from tests.builders.mail import KEYS
from tests.support.schema_client import asker_on

CAPACITY = 8
PER_SECOND = 200


async def main(url: str, port: str) -> None:
    async with connect(url, largest=CAPACITY + 2) as database, asker_on(database) as ask:
        ask.ports.now = secrets_and_ids.now
        ask.ports.mint = secrets_and_ids.mint
        ask.ports.campaign_mails_per_second = PER_SECOND
        ask.ports.mail_transport = SmtpTransport(
            mail_server_at(f"smtp://127.0.0.1:{port}"),
            MailSender("QuestPath <no-reply@questpath.example>", KEYS),
            now=secrets_and_ids.now,
        )
        worker = QueueWorker(
            ask.ports, job_table.KINDS, HANDLERS, [], queues={outbox.QUEUE}, capacity=CAPACITY
        )
        await worker.run(url)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
