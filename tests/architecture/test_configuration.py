"""Configuration files: the example environment names every setting, and the lock files name no index."""

from gateway.settings import environment
from tests.architecture.layout import ROOT


def test_the_example_environment_names_every_setting() -> None:
    written = (ROOT / ".env.example").read_text("utf-8")

    assert all(f"{name}=" in written for name in environment.EXAMPLES)
    fields = environment.Settings.model_fields
    names = {
        str(f.validation_alias.choices[0]) if f.validation_alias else f"QUESTPATH_{n.upper()}"
        for n, f in fields.items()
    }
    assert names == set(environment.EXAMPLES)


def test_the_lock_files_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text("utf-8")
