"""A real Debian image in three layers, and what dpkg and pip themselves say is installed after each of them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import require_program

SUITE = "bookworm"
SITE = "usr/local/lib/python3.11/dist-packages"
TAG = "app"

# (purl type, name, version, architecture); the path of a Python package is not part of what pip says
Installed = frozenset[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class DebianImage:
    """An OCI layout on disk; `steps` is what was installed after each layer, by the programs of the field."""

    layout: Path
    steps: tuple[Installed, ...]

    def introduced_by(self, package: tuple[str, str, str, str]) -> int:
        """The layer from which on a package of the final image was there without a break."""
        layer = len(self.steps) - 1
        while layer > 0 and package in self.steps[layer - 1]:
            layer -= 1
        return layer


def build(folder: Path) -> DebianImage:
    """Bootstrap Debian, add a pip layer, then a layer that deletes and upgrades some of both; takes about a minute."""
    for program in ("mmdebstrap", "umoci", "dpkg-deb", "dpkg-query"):
        require_program(program)
    if os.geteuid() != 0:
        pytest.skip("needs root, to unpack a root file system with its owners")
    archive, layout, bundle = folder / "root.tar", folder / "layout", folder / "bundle"
    run("mmdebstrap", "--quiet", "--variant=minbase", "--include=python3-minimal", SUITE, archive)
    run("umoci", "init", "--layout", layout)
    run("umoci", "new", "--image", f"{layout}:{TAG}")
    run("umoci", "unpack", "--image", f"{layout}:{TAG}", bundle)
    root = bundle / "rootfs"

    run("tar", "-xf", archive, "-C", root, "--exclude=./dev/*")
    install_deb(root, folder, "1.0-1")
    steps = [commit(layout, bundle, root)]

    pip_install(root, "jinja2==2.11.2", "markupsafe==2.0.1", "urllib3==1.26.4", "idna==2.10", "requests==2.25.0")
    steps.append(commit(layout, bundle, root))

    pip_install(root, "urllib3==1.26.18")
    for leftover in [*(root / SITE).glob("urllib3-1.26.4*"), *(root / SITE).glob("idna*")]:
        run("rm", "-rf", leftover)
    install_deb(root, folder, "1.0-2")
    run("dpkg", f"--root={root}", "--purge", "--force-depends", "--force-remove-essential", "mawk")
    steps.append(commit(layout, bundle, root))
    return DebianImage(layout, tuple(steps))


def commit(layout: Path, bundle: Path, root: Path) -> Installed:
    """Make what has changed a layer; returns what is installed now."""
    run("umoci", "repack", "--refresh-bundle", "--image", f"{layout}:{TAG}", bundle)
    return installed(root)


def installed(root: Path) -> Installed:
    """What dpkg-query and pip list say about a root file system."""
    form = "${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\n"
    lines = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", f"--showformat={form}").splitlines()
    rows = [line.split("\t") for line in lines]
    debs = {("deb", name, version, arch) for status, name, version, arch in rows if status == "installed"}
    if not (root / SITE).is_dir():
        return frozenset(debs)
    listed = json.loads(run(sys.executable, "-m", "pip", "list", "--path", root / SITE, "--format", "json"))
    return frozenset(debs | {("pypi", item["name"], item["version"], "") for item in listed})


def source_packages(root: Path) -> dict[str, tuple[str, str]]:
    """Source name and version of each package, as dpkg-query computes them."""
    form = "${Package}\\t${source:Package}\\t${source:Version}\\n"
    lines = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", f"--showformat={form}").splitlines()
    return {name: (source, version) for name, source, version in (line.split("\t") for line in lines)}


def install_deb(root: Path, folder: Path, version: str) -> None:
    """Build a package with dpkg-deb and install it with dpkg."""
    tree = folder / f"hullmark-probe-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: hullmark-probe\nSource: hullmark-source (0.9)\nVersion: {version}\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: a package that is upgraded\n",
        encoding="utf-8",
    )
    archive = folder / f"{tree.name}.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, archive)
    run("dpkg", f"--root={root}", "--install", archive)


def pip_install(root: Path, *requirements: str) -> None:
    """Install wheels into the image's own site folder, as `pip install` in it would."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--disable-pip-version-check")
    run(*pip, "--upgrade", "--target", root / SITE, *requirements)


def run(*command: str | Path) -> str:
    """Run a program and return what it printed; fails with what it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]} failed: {done.stdout}{done.stderr}"
    return done.stdout
