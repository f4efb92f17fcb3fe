"""A change as text for a Dockerfile or a list of requirements, with the package manager that the image has.

OS packages are upgraded without a version: a distribution's repositories hold its newest one only, and pinned ones vanish.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Package = tuple[str, str]  # name, version to go to
SAFE = re.compile(r"[A-Za-z0-9@][A-Za-z0-9@._+~:/!-]{0,255}")  # what may stand in a command without quotes
RPM = {
    "amzn": "dnf", "azurelinux": "tdnf", "mariner": "tdnf", "photon": "tdnf", "opensuse-leap": "zypper",
    "opensuse-tumbleweed": "zypper", "sles": "zypper",
}  # fmt: skip
REMOVE = {"deb": "apt-get purge -y --auto-remove", "apk": "apk del --no-cache"}
OS_TYPES = frozenset({"deb", "apk", "rpm", "alpm"})


@dataclass(frozen=True, slots=True)
class Change:
    """Text that can be pasted, and what was left out of it since its name or version could not stand in a command."""

    text: str
    left_out: tuple[str, ...] = ()


def upgrade_text(kind: str, packages: Sequence[Package], os_id: str = "", os_version: str = "") -> Change:
    """The change that brings packages of one purl type to their versions; no text for a type that no command upgrades."""
    fit = [pair for pair in dict.fromkeys(packages) if all(SAFE.fullmatch(part) for part in pair)]
    left_out = tuple(sorted({name for name, version in packages if (name, version) not in fit}))
    if not fit:
        return Change("", left_out)
    if kind in OS_TYPES:
        names = sorted({name for name, _ in fit})
        return Change(_os_text(kind, names, os_id, os_version), left_out)
    write = LANGUAGES.get(kind)
    return Change(write(sorted(fit)) if write else "", left_out)


def removal_text(kind: str, names: Sequence[str], os_id: str = "", os_version: str = "") -> Change:
    """The change that removes OS packages with what needs them; no text for a type that no command removes."""
    fit = sorted({name for name in names if SAFE.fullmatch(name)})
    left_out = tuple(sorted(set(names) - set(fit)))
    verb = REMOVE.get(kind) or (f"{_rpm_manager(os_id, os_version)} remove -y" if kind == "rpm" else "")
    return Change(f"RUN {verb} {' '.join(fit)}" if fit and verb else "", left_out)


def rebase_text(name: str) -> Change:
    """The line that builds on another base."""
    return Change(f"FROM {name}") if SAFE.fullmatch(name) else Change("", (name,))


def _os_text(kind: str, names: Sequence[str], os_id: str, os_version: str) -> str:
    together = " ".join(names)
    if kind == "deb":
        return f"RUN apt-get update && apt-get install -y --only-upgrade {together} \\\n    && rm -rf /var/lib/apt/lists/*"
    if kind == "apk":
        return f"RUN apk upgrade --no-cache {together}"
    if kind == "alpm":
        return "RUN pacman -Syu --noconfirm"
    manager = _rpm_manager(os_id, os_version)
    verb = "update" if manager in {"yum", "zypper", "tdnf"} else "upgrade"
    yes = "--non-interactive update" if manager == "zypper" else f"{verb} -y"
    return f"RUN {manager} {yes} {together} && {manager} clean {'--all' if manager == 'zypper' else 'all'}"


def _rpm_manager(os_id: str, os_version: str) -> str:
    old = os_id in {"amzn", "centos", "rhel"} and os_version.partition(".")[0] in {"2", "6", "7"}
    return "yum" if old else RPM.get(os_id, "dnf")


def _lines(write: Callable[[str, str], str]) -> Callable[[Sequence[Package]], str]:
    return lambda packages: "\n".join(write(name, version) for name, version in packages)


def _joined(command: str, write: Callable[[str, str], str]) -> Callable[[Sequence[Package]], str]:
    return lambda packages: f"{command} " + " ".join(write(name, version) for name, version in packages)


def _maven(name: str, version: str) -> str:
    group, _, artifact = name.partition(":")
    return (
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
    )


LANGUAGES: dict[str, Callable[[Sequence[Package]], str]] = {
    "pypi": _lines(lambda name, version: f"{name}>={version}"),  # requirements.txt
    "npm": _joined("npm install", lambda name, version: f"{name}@{version}"),
    "gem": _lines(lambda name, version: f'gem "{name}", ">= {version}"'),
    "golang": _joined("go get", lambda name, version: f"{name}@v{version.removeprefix('v')}"),
    "cargo": _lines(lambda name, version: f"cargo update -p {name} --precise {version}"),
    "composer": _joined("composer require", lambda name, version: f"{name}:^{version}"),
    "nuget": _lines(lambda name, version: f"dotnet add package {name} --version {version}"),
    "maven": _lines(_maven),
}
