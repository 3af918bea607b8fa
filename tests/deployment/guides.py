"""Commands of docs/operators/install.md, run by the test as an operator types them."""

import re

from tests.deployment.clusters import Cluster
from tests.deployment.programs import run
from tests.deployment.units import replaced
from tests.support.servers.gateway import ROOT

PAGE = ROOT / "docs" / "operators" / "install.md"
_ROLE = "site"


def commands_under(heading: str) -> str:
    """Return the first block of commands below a heading of the page."""
    section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2]
    block = re.search(r"(?:^    [^\n]*\n)+", section, re.MULTILINE)
    assert block is not None, heading
    return re.sub(r"^    ", "", block[0], flags=re.MULTILINE)


def made_database(cluster: Cluster) -> str:
    """Make the role and the database as the page says, under a name of their own, and return their address."""
    places = {"runuser -u postgres -- ": "", "questpath": _ROLE}
    script = replaced(commands_under("Database"), places) + '\nprintf "made with %s" "$password"\n'
    server = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(cluster.port),
        "PGUSER": "questpath",
        "PGDATABASE": "postgres",
    }
    printed = run(["bash", "-eu", "-o", "pipefail", "-c", script], **server)
    password = printed.rpartition("made with ")[2]
    return f"postgresql://{_ROLE}:{password}@127.0.0.1:{cluster.port}/{_ROLE}"
