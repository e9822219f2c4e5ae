"""The locks hold what pyproject.toml asks for."""

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME, DEV = PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", [*RUNTIME, *DEV])]
)
def test_every_dependency_is_locked_to_a_version_that_fits(lock: str, wanted: list[str]) -> None:
    locked: dict[str, list[str]] = {}
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    for line in lines:
        (pin,) = Requirement(line).specifier
        locked.setdefault(canonicalize_name(Requirement(line).name), []).append(pin.version)
    # PyTorch's build is chosen when it is installed.
    for requirement in (Requirement(line) for line in wanted if not line.startswith("torch")):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions and all(version in requirement.specifier for version in versions), str(requirement)
    assert lines == sorted(lines, key=lambda line: Requirement(line).name)
