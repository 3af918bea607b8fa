"""A disk of Postgres that is full: reads go on, writes are refused by a typed error, and all works again by itself.

The tables lie on a file system of their own, which the test fills. The write-ahead log lies elsewhere: without it Postgres
could not go on at all.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.clusters import initialised, owned, running_postgres
from tests.deployment.learners import GOALS, Learner
from tests.deployment.programs import eventually, run
from tests.support.servers.gateway import running_gateway

REFUSED = "UPSTREAM_UNAVAILABLE"
MOST = 5_000
DISK = "160m"


@contextlib.contextmanager
def mounted() -> Iterator[Path]:
    """Mount a small file system in memory for the block, outside of pytest's folders, which only root may enter."""
    with tempfile.TemporaryDirectory() as folder:
        run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder])
        try:
            yield Path(folder)
        finally:
            run(["umount", "-l", folder])


def fill(file: Path) -> None:
    """Write until there is no space left."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as output:
        while True:
            output.write(b"\0" * 4096)


@pytest.mark.slow
def test_reads_go_on_and_writes_return_by_themselves(tmp_path: Path) -> None:
    cluster = initialised(tmp_path / "cluster")
    with mounted() as disk, running_postgres(cluster, autovacuum="off"):
        space = owned(disk / "space")
        cluster.sql(f"CREATE TABLESPACE small LOCATION '{space}'", "postgres")
        cluster.sql("ALTER DATABASE questpath SET TABLESPACE small", "postgres")
        with (
            running_gateway(tmp_path, DATABASE_URL=cluster.url) as server,
            Learner(server.url) as learner,
        ):
            saved = {learner.create(number) for number in range(3)}

            fill(disk / "filler")
            for number in range(3, MOST):
                answer = learner.create(number)
                if answer.isupper():
                    break
                saved.add(answer)
            read = learner.ask(GOALS)
            eventually(lambda: learner.ready()[0] == 503)
            ready = learner.ready()

            (disk / "filler").unlink()
            eventually(lambda: not learner.create(number).isupper())
            eventually(lambda: learner.ready()[0] == 200)
            saved.add(learner.create(number))
        kept = set(cluster.sql("SELECT id FROM goals WHERE title LIKE 'Read x%'").split())

    assert answer == REFUSED
    assert len(read["data"]["viewer"]["goals"]["nodes"]) == min(50, len(saved) - 1)
    assert ready[1]["reason"] == "Postgres has no space left on its disk"
    assert kept == saved
