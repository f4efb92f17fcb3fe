"""What every test may ask for: the shared material, a program of the machine, a free port."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests import iris
from tests.prefect_api import prefect_api

__all__ = ["prefect_api"]  # a fixture for every test that talks to Prefect

# What a busy machine takes for one example says nothing of the code; tests that bound time do so by themselves.
settings.register_profile("hullmark", deadline=None)
settings.load_profile("hullmark")
iris.register()

SHARED = Path(__file__).resolve().parents[2] / "shared"


def require_program(name: str) -> str:
    """The path of a program; skips the test with its reason where the machine has none."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}")
    return path


def shared_folder(*parts: str) -> Path:
    """A folder of ../shared; skips the test with its reason where the repository was cloned alone."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs ../shared/{'/'.join(parts)}, which is not beside this repository")
    return path


@pytest.fixture
def shared() -> Path:
    """The root of ../shared, or a skip with the reason."""
    return shared_folder()
