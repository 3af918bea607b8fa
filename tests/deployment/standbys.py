"""A Postgres with a synchronous standby: copied from it, kept equal by streaming, and promoted when it is killed."""

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.clusters import USER, Cluster, initialised, owned, running_postgres
from tests.deployment.programs import eventually, run
from tests.support.servers.gateway import free_port

_NAME = "standby"


@dataclass(frozen=True)
class Pair:
    """A primary whose commits wait until its standby has them too."""

    primary: Cluster
    standby: Cluster

    @property
    def url(self) -> str:
        """The address of whichever of the two can write."""
        hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        return f"postgresql://questpath@{hosts}/questpath?target_session_attrs=read-write"

    def kill_primary(self) -> None:
        """End the primary as a crash does; its backends end as soon as they notice."""
        written = (self.primary.data / "postmaster.pid").read_text("utf-8")
        os.kill(int(written.splitlines()[0]), signal.SIGKILL)

    def promote(self) -> None:
        """Make the standby the primary, as a watcher of both would."""
        run(["pg_ctl", "promote", "-w", "-D", self.standby.data], user=USER)
        eventually(lambda: self.standby.sql("SELECT pg_is_in_recovery()", "postgres") == "f")


@contextlib.contextmanager
def running_pair(folder: Path) -> Iterator[Pair]:
    """Run a primary and its synchronous standby until the end of the block."""
    primary = initialised(folder / "primary")
    with running_postgres(primary):
        standby = Cluster(owned(folder / "standby"), free_port())
        source = f"postgresql://questpath@127.0.0.1:{primary.port}/postgres?application_name={_NAME}"
        copy = ["pg_basebackup", "-d", source, "-D", standby.data, "-R", "-c", "fast", "--no-sync"]
        run(copy, user=USER)
        with running_postgres(standby):
            primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{_NAME}'", "postgres")
            primary.sql("SELECT pg_reload_conf()", "postgres")
            eventually(
                lambda: primary.sql("SELECT sync_state FROM pg_stat_replication", "postgres") == "sync"
            )
            yield Pair(primary, standby)
