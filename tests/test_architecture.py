"""The house as a whole: what may import what is in pyproject.toml; here is what a contract cannot say."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Assembled, so that this file does not hold what it looks for.
HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb.debian", "org"))
)
TOP = {"bench", "cloudformation", "dashboards", "docs", "flows", "hullmark", "tasks", "tests"}


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("needs the repository's history, which an archive of it has not")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_names_a_registry_host(committed: list[Path]) -> None:
    bad = [path.name for path in committed if any(host in path.read_bytes().decode("latin-1") for host in HOSTS)]
    assert bad == []


def test_the_lock_has_a_hash_for_every_version_and_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--index-url" not in text and "://" not in text
    pins = re.findall(r"^[a-z0-9][^ \n]*==", text, re.MULTILINE)
    assert len(pins) > 100
    assert len(re.findall(r"^[a-z0-9].*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins)


def test_the_top_level_shows_the_architecture(committed: list[Path]) -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in committed if len(path.relative_to(ROOT).parts) > 1}
    assert {folder for folder in folders if not folder.startswith(".")} == TOP


def test_every_module_says_what_it_is(committed: list[Path]) -> None:
    modules = [path for path in committed if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in TOP - {"tests"}]
    assert [path.name for path in modules if not path.read_text(encoding="utf-8").lstrip().startswith('"""')] == []


def test_sql_lies_in_sql_files(committed: list[Path]) -> None:
    """Statements of more than a line belong into a `.sql` file; no statement is ever assembled from parts."""
    pattern = re.compile(r'f"[^"]*\b(?:SELECT|INSERT|DELETE|UPDATE)\b[^"]*\b(?:FROM|INTO|SET)\b')
    engine = [
        path for path in committed if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"hullmark", "dashboards"}
    ]
    assert [str(path.relative_to(ROOT)) for path in engine if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_schedules_are_module_paths_of_flows() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    entrypoints = re.findall(r"entrypoint: (\S+)", text)
    assert entrypoints == [
        "flows.scan.scan", "flows.pushes.pushes", "flows.parts.part", "flows.advisories.advisories", "flows.nightly.nightly",
    ]  # fmt: skip


def test_optional_extras_of_the_wheel_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for source in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]:
        assert (ROOT / source).exists()
