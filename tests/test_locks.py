"""What the container image installs (requirements-run.lock) is what is tested (requirements.lock), without the tools."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*==[^ ;\\]+)", re.MULTILINE)
TOOLS = {"hypothesis", "mypy", "playwright", "pytest", "ruff"}


def pins(name: str) -> set[str]:
    return set(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_image_has_the_versions_that_are_tested() -> None:
    installed, tested = pins("requirements-run.lock"), pins("requirements.lock")
    assert len(installed) > 100
    assert installed < tested
    names = {pin.partition("==")[0] for pin in tested - installed}
    assert names >= TOOLS
