"""A file of 50 000 questions under a worker of its own: all of it is stored, in bounded memory.

`QUESTPATH_QUESTIONS` sets how many there are.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain import workflow_table
from domain.accounts.users import Role
from domain.acts import NOWHERE, Act
from domain.ids import ImportId, UploadId, UserId
from domain.imports.reports import ImportKind, ImportOutcome
from domain.imports.runs.imports import Import, ImportOptions
from domain.imports.storage import import_starts
from domain.unit_of_work import Meter
from domain.uploads import upload_requests
from domain.uploads.uploads import KEPT, RECEIVING, UploadLimits, UploadPurpose
from domain.workflows import template_saves
from gateway import secrets_and_ids
from gateway.workflows.conditions import SafeConditions
from persistence.work import Postgres
from tests.builders import a_user
from tests.support.memory import largest_megabytes
from tests.support.servers.gateway import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QUESTIONS = int(os.environ.get("QUESTPATH_QUESTIONS", "50000"))
SOME = 20_000
MOST_MEGABYTES = 300
LONGEST_S = 500


def write_gift(path: Path, questions: int) -> str:
    """Write the file, and return its hash."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(1, questions + 1):
            question = (
                f"::Question {number}::What is {number} plus {number}? It is asked in several words. "
                f"{{=It is {2 * number}#Right, well done. ~It is {2 * number + 1}#No, one too many. "
                f"~It is {number}#No. ~Nothing of this####The sum of {number} and {number}.}}\n\n"
            ).encode()
            digest.update(question)
            file.write(question)
    return digest.hexdigest()


@contextmanager
def a_worker(url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "QUESTPATH_FILES": str(folder),
    }
    command = [sys.executable, "-c", "from gateway.cli import main; main()", "worker", "--queues", "imports"]
    process = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def begun(postgres: Postgres, folder: Path, questions: int) -> tuple[UserId, ImportId]:
    """Store the file as an upload, and start its import."""
    now = secrets_and_ids.now()
    async with postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
        user = await work.users.add(a_user(roles=[Role.LEARNER, Role.AUTHOR]))
        act = Act(actor_id=user.id, origin=NOWHERE, now=now, mint=secrets_and_ids.mint)
        (folder / "uploads").mkdir()
        file_hash = await asyncio.to_thread(write_gift, folder / "uploads" / "file", questions)
        upload = await upload_requests.begin(
            work,
            act,
            UploadLimits(),
            filename="large.gift",
            size_bytes=(folder / "uploads" / "file").stat().st_size,
            purpose=UploadPurpose.QUESTIONS,
        )
        (folder / "uploads" / "file").rename(folder / "uploads" / upload.id)
        until = now + RECEIVING
        await work.uploads.claim(UploadId(upload.id), now=now, until=until)
        await work.uploads.complete(upload.id, until=until, sha256=file_hash, now=now, expires_at=now + KEPT)
        started = await import_starts.start(
            work,
            act,
            workflow_table.vocabulary(SafeConditions()),
            upload_id=upload.id,
            kind=ImportKind.QUESTIONS,
            options=ImportOptions(title="A large file"),
            idempotency_key="key",
        )
    return user.id, started.id


async def until(
    postgres: Postgres, author_id: UserId, import_id: ImportId, is_so: Callable[[Import], bool]
) -> Import:
    """Return the import once it is so."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            async with postgres.open_reads(Meter()) as reads:
                (found,) = await reads.imports.by_ids([import_id], viewer_id=author_id)
            assert found is not None
            if is_so(found):
                return found
            await asyncio.sleep(0.1)


def has_ended(found: Import) -> bool:
    return found.outcome is not None


async def test_a_large_file_is_imported_in_bounded_memory(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    author_id, import_id = await begun(postgres, tmp_path, QUESTIONS)
    began = time.monotonic()

    with a_worker(database_url, tmp_path) as worker:
        done = await until(postgres, author_id, import_id, has_ended)
        seconds, megabytes = time.monotonic() - began, largest_megabytes(worker.pid)

    print(f"{QUESTIONS} questions: {seconds:.1f} s, start of the worker included; {megabytes:.0f} MB")  # noqa: T201 - figures for people, with -s
    assert (done.outcome, done.accepted, done.refused_count) == (ImportOutcome.STORED, QUESTIONS, 0)
    assert megabytes < MOST_MEGABYTES
    async with postgres.open_reads(Meter()) as reads:
        last = await reads.quizzes.by_slug(f"a-large-file-{QUESTIONS // 200}")
    assert last is not None
    assert last.question_count == 200


async def test_a_worker_that_is_killed_leaves_the_import_to_another(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    author_id, import_id = await begun(postgres, tmp_path, SOME)
    with a_worker(database_url, tmp_path) as killed:
        halfway = await until(postgres, author_id, import_id, lambda found: found.accepted > SOME // 4)
        killed.kill()

    with a_worker(database_url, tmp_path):
        done = await until(postgres, author_id, import_id, has_ended)

    assert halfway.outcome is None
    assert (done.outcome, done.accepted, done.loss_count) == (ImportOutcome.STORED, SOME, 0)
    async with postgres.open_reads(Meter()) as reads:
        quizzes = await reads.quizzes.by_slugs([f"a-large-file-{n}" for n in range(1, SOME // 200 + 2)])
    assert [quiz.question_count for quiz in quizzes if quiz] == [200] * (SOME // 200)
