"""Real images to measure with: Debian, with Python, with node, of many languages, rpm; `python -m bench.images FOLDER`.

Each is a gzip OCI layout, made by mmdebstrap, pip, npm, rpm and umoci, below FOLDER; one that is there is kept. Needs root.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import rpm_packed, rpm_root

SUITE = "bookworm"
SITE = "usr/local/lib/python3.11/dist-packages"
TAG = "bench"
PROGRAMS = ("mmdebstrap", "umoci", "npm", "tar", "rpm", "rpmbuild")
Step = Callable[[Path], None]

SMALL = ("python3-minimal",)
PYTHON = ("python3", "ca-certificates", "curl", "git", "perl")
MANY = (
    "python3", "ca-certificates", "nodejs", "openjdk-17-jre-headless", "skopeo", "umoci", "ripgrep", "ruby", "bundler",
    "ruby-nokogiri", "ruby-sinatra", "php-cli", "composer", "nginx-light", "redis-server", "curl",
)  # fmt: skip
RPMS = (
    "python3", "python3-requests", "python3-yaml", "python3-cryptography", "python3-setuptools", "ca-certificates", "curl",
    "git", "perl", "vim", "openssh-client", "gnupg", "nodejs", "node-semver", "ruby", "skopeo", "procps", "rsync",
)  # fmt: skip
LARGE = ("python3", "ca-certificates", "curl", "git", "build-essential", "nodejs", "postgresql-client", "vim")
WEB = ("django==4.2.1", "requests==2.31.0", "boto3==1.34.0", "pyyaml==6.0.1", "jinja2==3.1.2", "cryptography==42.0.0")
DATA = ("numpy==1.26.4", "pandas==2.2.0", "scipy==1.12.0", "pillow==10.2.0", "sqlalchemy==2.0.25", "aiohttp==3.9.1")
MODELS = ("scikit-learn==1.4.0", "matplotlib==3.8.2", "pyarrow==15.0.0", "polars==0.20.5", "notebook==7.0.6")
JARS = ("pyspark==3.5.0", "py4j==0.10.9.7")  # 240 jars
RUST = ("uv==0.13.9",)  # the wheel holds a program built with cargo-auditable
NODE = (
    "express@4.18.2",
    "webpack@5.89.0",
    "eslint@8.56.0",
    "typescript@5.3.3",
    "next@14.0.4",
    "react@18.2.0",
    "react-dom@18.2.0",
    "jest@29.7.0",
)


def pip(*requirements: str, built: str = ":none:") -> Step:
    """A layer of wheels with what they need, where `pip install` in the image would put them.

    Each such layer takes the place of the programs in `bin` of the one before, as pip has it with --upgrade. `built` is
    made of its source here, as it has no wheel; then nothing else may be missing for this Python.
    """

    def install(root: Path) -> None:
        options: tuple[str, ...] = (
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
            "--python-version",
            "3.11",
            "--only-binary=:all:",
        )
        if built != ":none:":
            options = (*options[:3], "--no-deps", f"--no-binary={built}")
        run(sys.executable, "-m", "pip", "install", *options, "--upgrade", "--target", root / SITE, *requirements)

    return install


def npm(*requirements: str) -> Step:
    """A layer with an application's node_modules."""

    def install(root: Path) -> None:
        folder = root / "srv" / "app"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "app", "version": "1.0.0", "private": true}\n', encoding="utf-8")
        run(
            "npm",
            "install",
            "--loglevel=error",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            folder,
            *requirements,
        )

    return install


def rpms(*packages: str) -> Step:
    """A layer of Debian's packages as rpms."""

    def install(root: Path) -> None:
        debian = root.with_name("debian")
        bootstrap(packages, debian)
        rpm_packed.install(debian, root, run)
        shutil.rmtree(debian)

    return install


IMAGES: dict[str, tuple[tuple[str, ...], tuple[Step, ...]]] = {
    "debian": (SMALL, ()),
    "python": (PYTHON, (pip(*WEB), pip(*DATA))),
    "large": (LARGE, (pip(*WEB), pip(*DATA), pip(*MODELS), npm(*NODE))),
    "languages": (MANY, (pip(*WEB), pip(*JARS, built="pyspark"), pip(*RUST), npm("express@4.18.2"))),
    "rpm-real": ((), (rpms(*RPMS),)),
    "rpm-small": ((), (lambda root: rpm_root.install(root, run),)),
}


def build(layout: Path, packages: tuple[str, ...], steps: tuple[Step, ...]) -> None:
    """Make one image: a bootstrapped base layer, where there are packages for it, then a layer a step."""
    work = layout.with_name(f".{layout.name}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    unfinished, bundle = work / "layout", work / "bundle"
    run("umoci", "init", "--layout", unfinished)
    run("umoci", "new", "--image", f"{unfinished}:{TAG}")
    run("umoci", "unpack", "--image", f"{unfinished}:{TAG}", bundle)
    root = bundle / "rootfs"
    if packages:
        bootstrap(packages, root)
        run("umoci", "repack", "--refresh-bundle", "--image", f"{unfinished}:{TAG}", bundle)
    for step in steps:
        step(root)
        run("umoci", "repack", "--refresh-bundle", "--image", f"{unfinished}:{TAG}", bundle)
    run("umoci", "gc", "--layout", unfinished)
    unfinished.rename(layout)
    shutil.rmtree(work)


def bootstrap(packages: tuple[str, ...], root: Path) -> None:
    """Debian's smallest root with these packages and what they need, in the folder `root`."""
    archive = root.with_name("root.tar")
    run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}", SUITE, archive)
    root.mkdir(exist_ok=True)
    run("tar", "-xf", archive, "-C", root, "--exclude=./dev/*")


def run(*command: str | Path) -> None:
    """Run a program; ends the benchmark with what it said when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stdout}{done.stderr}")


def main() -> None:
    """Build what is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(IMAGES)} (default: all)")
    given = options.parse_args()
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        sys.exit(f"needs root and the programs {', '.join(PROGRAMS)}; missing: {', '.join(missing) or 'root'}")
    for name in given.names or IMAGES:
        if not (given.folder / name).exists():
            build(given.folder / name, *IMAGES[name])
        print(given.folder / name)


if __name__ == "__main__":
    main()
