"""Modules of the graph stand alone: none relies on another one having been imported before it."""

import os
import subprocess
import sys

import pytest

from tests.architecture.layout import ROOT

ALONE = """
import gc, importlib, os, pathlib
import graphql, strawberry

def modules(package):
    for path in sorted(pathlib.Path(package).rglob("*.py")):
        yield ".".join(path.with_suffix("").parts).removesuffix(".__init__")

for below in (*modules("domain"), *modules("resolvers")):
    importlib.import_module(below)
gc.freeze()
gc.disable()
for name in modules("graph"):
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(name, type(error).__name__, error, flush=True)
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.mark.slow
def test_each_module_of_the_graph_can_be_imported_first() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == ""
