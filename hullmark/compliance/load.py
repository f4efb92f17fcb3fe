"""Read rules, frameworks and targets: ours, and those in the folder that the setting `policy` names."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from hullmark.compliance.owners import Owner, parse_owners
from hullmark.errors import UsageError
from hullmark.lake.place import one_line
from hullmark.sql import split_header

SEVERITIES = ("low", "medium", "high", "critical")
_ID = re.compile(r"[A-Z]{2,8}[0-9]{3,5}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `sql` gives failing rows (subject, evidence), `applies` the population (subject), `unknown` subjects
    beside it of which it cannot tell (subject, evidence: why). Subjects are digests, or "registry/repository".
    """

    id: str
    title: str
    severity: str
    refs: tuple[str, ...]
    applies: str
    fix: str
    sql: str
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework; without rules it is for people to judge, and `note` says why."""

    id: str
    title: str
    rules: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Framework:
    """A named framework."""

    id: str
    title: str
    source: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules by their id, all frameworks, owners, and targets: days by severity and for what is known to be exploited."""

    rules: Mapping[str, Rule]
    frameworks: tuple[Framework, ...]
    targets: Mapping[str, int]
    owners: tuple[Owner, ...] = ()


def read_policy(folder: str = "") -> Policy:
    """Our rules, frameworks and targets, and on top those of `folder`: rules/*.sql, frameworks/*.toml, targets.toml; owners.

    A rule or framework of the folder replaces ours of the same id. Raises UsageError, which names the file.
    """
    places: list[Traversable] = [files("hullmark.compliance")]
    if folder:
        if not Path(folder).is_dir():
            raise UsageError(f"there is no folder {folder} with rules; set HULLMARK_POLICY to one or unset it")
        places.append(Path(folder))
    rules = {rule.id: rule for place in places for rule in map(_rule, _files(place, "rules", ".sql"))}
    frameworks = {item.id: item for place in places for item in map(_framework, _files(place, "frameworks", ".toml"))}
    for framework in frameworks.values():
        unknown = sorted({name for control in framework.controls for name in control.rules} - rules.keys())
        if unknown:
            raise UsageError(f"the framework {framework.id} names rules that are not there: {', '.join(unknown)}")
    targets: dict[str, int] = {}
    for place in places:
        targets |= _targets(place.joinpath("targets.toml"))
    owners = _owners(places[-1].joinpath("owners.toml"))
    ordered = sorted(frameworks.values(), key=lambda item: item.id)
    return Policy(dict(sorted(rules.items())), tuple(ordered), targets, owners)


def policy_texts(folder: str = "") -> dict[str, str]:
    """The files that `read_policy` reads, by their path ("rules/HM001_runs_as_root.sql"); those of `folder` under "own/"."""
    places: list[Traversable] = [files("hullmark.compliance"), *([Path(folder)] if folder else [])]
    texts: dict[str, str] = {}
    for number, place in enumerate(places):
        named = [
            *((f"rules/{file.name}", file) for file in _files(place, "rules", ".sql")),
            *((f"frameworks/{file.name}", file) for file in _files(place, "frameworks", ".toml")),
            ("targets.toml", place.joinpath("targets.toml")),
            ("owners.toml", place.joinpath("owners.toml")),
        ]
        texts |= {f"{'own/' if number else ''}{name}": _text(file) for name, file in named if file.is_file()}
    return texts


def _files(place: Traversable, folder: str, ending: str) -> Iterator[Traversable]:
    found = place.joinpath(folder)
    if found.is_dir():
        yield from sorted((item for item in found.iterdir() if item.name.endswith(ending)), key=lambda item: item.name)


def _rule(file: Traversable) -> Rule:
    header, statement = split_header(_text(file))
    stated = _toml(file, header)
    try:
        rule = Rule(
            str(stated["id"]), str(stated["title"]), str(stated["severity"]), tuple(map(str, stated["refs"])),
            str(stated["applies"]), str(stated["fix"]), statement, str(stated.get("unknown", "")),
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise UsageError(f"the rule {file.name} lacks {error} in its header; see docs/compliance.md") from None
    if not _ID.fullmatch(rule.id) or rule.severity not in SEVERITIES or not statement:
        raise UsageError(
            f"the rule {file.name} has no id like HM001, no severity of {', '.join(SEVERITIES)}, or no statement"
        )
    return rule


def _framework(file: Traversable) -> Framework:
    stated = _toml(file, _text(file))
    try:
        controls = tuple(
            Control(str(item["id"]), str(item["title"]), tuple(map(str, item["rules"])), str(item.get("note", "")))
            for item in stated["control"]
        )
        return Framework(str(stated["id"]), str(stated["title"]), str(stated["source"]), controls)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the framework {file.name} lacks {error}; see docs/compliance.md") from None


def _targets(file: Traversable) -> dict[str, int]:
    if not file.is_file():
        return {}
    stated = _toml(file, _text(file))
    if any(name not in {*SEVERITIES, "kev"} or not isinstance(days, int) or days < 1 for name, days in stated.items()):
        raise UsageError(f"{file.name} must give whole days from 1 on for kev and severities; see docs/compliance.md")
    return {name: int(days) for name, days in stated.items()}


def _owners(file: Traversable) -> tuple[Owner, ...]:
    return parse_owners(_toml(file, _text(file)), file.name) if file.is_file() else ()


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} cannot be read: {one_line(error)}; check its permissions and encoding") from None


def _toml(file: Traversable, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file.name} has no valid TOML: {error}") from None
