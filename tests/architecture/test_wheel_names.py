"""The top-level names of the wheel: no popular package and no package that is installed with it has one of them."""

import re
from importlib import metadata
from pathlib import Path

from tests.architecture.layout import packages_of_the_wheel

POPULAR = Path(__file__).with_name("popular_packages.txt")
_NO_MODULES = (".dist-info", ".egg-info", ".pth", ".data", ".libs", "-stubs")
_MOST = 200


def popular() -> dict[str, set[str]]:
    """Return the top-level names of each package of the list."""
    lines = [line for line in POPULAR.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {name: set(names.split()) for name, _, names in (line.partition(": ") for line in lines)}


def installed() -> dict[str, set[str]]:
    """Return the top-level names of each installed package but ours, from the list of its files."""
    found: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        tops = {file.parts[0] for file in distribution.files or []}
        if name != "questpath":
            found[name] = {top.partition(".")[0] for top in tops if _is_module(top)}
    return found


def _is_module(top: str) -> bool:
    """Tell whether a file or folder of site-packages can be imported under a public name."""
    is_hidden = top.startswith(("_", "."))  # "..": scripts, outside site-packages
    return not is_hidden and not top.endswith(_NO_MODULES) and not top.partition(".")[0].endswith("__mypyc")


def test_no_popular_package_has_a_name_of_packages_of_the_wheel() -> None:
    listed = popular()

    assert len(listed) == _MOST
    assert all(listed.values())
    assert {
        name: tops & packages_of_the_wheel()
        for name, tops in listed.items()
        if tops & packages_of_the_wheel()
    } == {}


def test_no_installed_package_has_a_name_of_packages_of_the_wheel() -> None:
    found = installed()

    assert len(found) > 50
    assert {
        name: tops & packages_of_the_wheel() for name, tops in found.items() if tops & packages_of_the_wheel()
    } == {}


def test_the_list_has_the_names_that_installed_packages_have() -> None:
    found, listed = installed(), popular()

    compared = found.keys() & listed.keys()
    assert len(compared) > 50
    assert {name: found[name] - listed[name] for name in compared if found[name] - listed[name]} == {}
