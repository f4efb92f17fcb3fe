"""How repositories are set up: what each listing says for nothing, and once a day what the repositories themselves say."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa

from hullmark.fleet.access import Access
from hullmark.fleet.ask import ask
from hullmark.lake.schema import COUNT, FLAG, REPOSITORIES, TEXT, TEXTS, TIME
from hullmark.lake.store import Lake
from hullmark.sources.ecr.discover import Found, How
from hullmark.sources.ecr.posture import read_postures, read_scanning
from hullmark.sources.ecr.repository import Described, Posture, Scanning

DAY = timedelta(hours=20)  # so that a nightly run finds the last answer old, whichever minute it begins
DESCRIBED = pa.schema(
    [
        ("registry", TEXT), ("repository", TEXT), ("account", TEXT), ("region", TEXT), ("created_at", TIME),
        ("tag_mutability", TEXT), ("scan_on_push", FLAG), ("encryption", TEXT), ("kms_key", TEXT), ("denied", FLAG),
    ]
)  # fmt: skip
ASKED = pa.schema(
    [
        ("account", TEXT), ("region", TEXT), ("repository", TEXT), ("lifecycle_rules", COUNT), ("access", TEXT),
        ("shared_with", TEXTS), ("unknown", TEXTS),
    ]
)  # fmt: skip
SCANNING = pa.schema(
    [("account", TEXT), ("region", TEXT), ("kind", TEXT), ("filter", TEXT), ("frequency", TEXT), ("unknown", TEXT)]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one Region answered: tables of schema ASKED and SCANNING."""

    repositories: pa.Table = field(default_factory=ASKED.empty_table)
    scanning: pa.Table = field(default_factory=SCANNING.empty_table)


def described_table(found: Found, there: Collection[str], registry: str, account: str, region: str) -> pa.Table:
    """The wanted repositories of one Region as a table of schema DESCRIBED; `denied` where ECR did not describe them.

    `there` are the names that are no repository's that is gone.
    """
    known = found.how is How.API
    rows = [
        {
            "registry": registry, "repository": item.name, "account": account, "region": region,
            "created_at": item.created_at, "tag_mutability": _word(item.tag_mutability), "scan_on_push": item.scan_on_push,
            "kms_key": item.kms_key, "encryption": _word(item.encryption), "denied": not known,
        }
        for item in (found.described if known else map(Described, found.names))
        if item.name in there
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, DESCRIBED)


def all_described(tables: Iterable[pa.Table]) -> pa.Table:
    """Several tables of schema DESCRIBED as one."""
    return pa.concat_tables([DESCRIBED.empty_table(), *tables])


def due_repositories(
    lake: Lake, described: pa.Table, at: datetime, memory_mb: int = 1024
) -> dict[tuple[str, str], list[str]]:
    """The repositories to ask by account and Region, sorted: new ones, and those last asked a day ago."""
    with closing(lake.connect(memory_mb, only=("repositories",))) as connection:
        connection.register("described", described)
        rows = ask(connection, "posture_due.sql", {"before": at - DAY}).to_pylist()
    return {(row["account"], row["region"]): row["repositories"] for row in rows}


def ask_region(access: Access, account: str, region: str, repositories: Sequence[str]) -> Asked:
    """What the registry and these repositories say; raises NotFound, AccessError, Throttled and TransportError."""
    session = access.session(account)
    scanning, postures = read_scanning(session, region), read_postures(session, region, repositories)
    return Asked(_asked(account, region, postures), _scanning(account, region, scanning))


def note_repositories(  # noqa: PLR0913, PLR0917  what was listed, what was asked, and when
    lake: Lake, described: pa.Table, asked: Iterable[Asked], whole: Sequence[str], at: datetime, memory_mb: int = 1024
) -> int:
    """Write what differs from the lake; `whole` are the registries that were listed to their end. Returns how many rows."""
    answers = list(asked)
    with closing(lake.connect(memory_mb, only=("repositories",))) as connection:
        connection.register("described", described)
        connection.register("asked", pa.concat_tables([ASKED.empty_table(), *(item.repositories for item in answers)]))
        connection.register("scanning", pa.concat_tables([SCANNING.empty_table(), *(item.scanning for item in answers)]))
        connection.register("whole", pa.table({"registry": pa.array(whole, TEXT)}))
        rows = ask(connection, "posture.sql", {"at": at}).cast(REPOSITORIES)
    return lake.commit("repositories", rows)


def _asked(account: str, region: str, postures: Iterable[Posture]) -> pa.Table:
    rows = [
        {
            "account": account, "region": region, "repository": item.name, "lifecycle_rules": item.lifecycle_rules,
            "access": item.access, "shared_with": [*item.shared_with], "unknown": [*item.unknown],
        }
        for item in postures
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, ASKED)


def _scanning(account: str, region: str, scanning: Scanning) -> pa.Table:
    place = {"account": account, "region": region, "kind": _word(scanning.kind), "unknown": scanning.unknown}
    rows = [{**place, "filter": name, "frequency": _word(frequency)} for name, frequency in scanning.rules]
    return pa.Table.from_pylist(rows or [{**place, "filter": "", "frequency": ""}], SCANNING)


def _word(said: str) -> str:
    return said.lower().replace("_", "-")
