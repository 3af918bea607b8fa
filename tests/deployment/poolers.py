"""PgBouncer with the configuration of `deploy/pgbouncer`, between a test's gateways and its Postgres."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.clusters import USER, Cluster, owned
from tests.deployment.programs import eventually, run, started
from tests.support.servers.gateway import ROOT, free_port

PASSWORD = "for this test"
CONFIGURATION = ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini"


@dataclass(frozen=True)
class Pooler:
    """A running PgBouncer."""

    port: int
    cluster: Cluster

    def url(self, database: str = "questpath") -> str:
        return f"postgresql://questpath:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def environment(self, database: str = "questpath") -> dict[str, str]:
        """Return the settings of a process behind it."""
        return {
            "DATABASE_URL": self.url(database),
            "DATABASE_DIRECT_URL": self.cluster.url,
            "QUESTPATH_PREPARED_STATEMENTS": "off",
        }

    def sql(self, statement: str, database: str = "questpath") -> list[str]:
        """Run a statement on one of its connections and return its rows, columns separated by `|`."""
        return run(["psql", "-X", "-A", "-t", self.url(database), "-c", statement]).splitlines()


@contextlib.contextmanager
def running_pgbouncer(
    cluster: Cluster, folder: Path, *, text: str | None = None, **more: str
) -> Iterator[Pooler]:
    """Run PgBouncer until the end of the block, with our file or `text`, whose addresses become those of the test."""
    port = free_port()
    written = CONFIGURATION.read_text("utf-8") if text is None else text
    for given, here in (
        ("host=db.example.org port=5432", f"host=127.0.0.1 port={cluster.port}"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer/userlist.txt", str(folder / "userlist.txt")),
        ("/run/postgresql/pgbouncer.pid", str(folder / "pgbouncer.pid")),
        *more.items(),
    ):
        assert given in written
        written = written.replace(given, here)
    owned(folder)
    (folder / "userlist.txt").write_text(f'"questpath" "{PASSWORD}"\n')
    (folder / "pgbouncer.ini").write_text(written)
    log = folder / "pgbouncer.log"
    log.touch()
    with started(["pgbouncer", folder / "pgbouncer.ini"], log=log, user=USER):
        pooler = Pooler(port, cluster)
        eventually(lambda: pooler.sql("SELECT 1") == ["1"])
        yield pooler
