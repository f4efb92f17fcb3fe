"""Many accounts in one file, CSV or YAML: each row as an integration, or what is wrong with it.

CSV has a header; YAML is a list of mappings, or a mapping with the list under `accounts`. Columns: account_id, role_arn,
external_id, regions, include, exclude, tags, days, latest; lists in a cell are separated by spaces or semicolons.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import yaml

from hullmark.errors import InputError, LimitExceeded
from hullmark.sources.ecr.onboarding import external_id_of, role_arn
from hullmark.sources.ecr.regions import partition_of
from hullmark.sources.ecr.values import Filters, Integration, flaws

MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 5000
COLUMNS = ("account_id", "role_arn", "external_id", "regions", "include", "exclude", "tags", "days", "latest")
LISTS = ("regions", "include", "exclude", "tags")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows that do not say it themselves; the External ID of such a row is `<base>-<account id>`."""

    external_id_base: str = field(default="", repr=False)
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the file by its number, from 1; `problem` says in one sentence why it cannot be used."""

    number: int
    account_id: str
    values: Integration | None = None
    problem: str = ""


def parse_accounts(data: bytes, kind: str, defaults: Defaults | None = None) -> tuple[Row, ...]:
    """The rows of a file of kind "csv" or "yaml", in order; a bad row is one with a problem.

    Raises InputError when the file as a whole cannot be read, LimitExceeded when it is too large.
    """
    if len(data) > MOST_BYTES:
        raise LimitExceeded(f"the file of accounts has {len(data)} bytes, more than {MOST_BYTES}; split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the file of accounts is no UTF-8 text; save it as UTF-8") from None
    records = _yaml(text) if kind == "yaml" else _csv(text)
    if not records:
        raise InputError("the file of accounts holds no account; give one row for each")
    if len(records) > MOST_ROWS:
        raise LimitExceeded(f"the file of accounts has {len(records)} rows, more than {MOST_ROWS}; split it")
    return _unshared([_row(number, record, defaults or Defaults()) for number, record in enumerate(records, 1)])


def _csv(text: str) -> Sequence[object]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="", skipinitialspace=True)
        known = [name.strip() for name in reader.fieldnames or ()]
        if unknown := sorted({*known} - {*COLUMNS}):
            raise InputError(
                f"the file of accounts has columns that nobody knows: {_some(unknown)}; use {', '.join(COLUMNS)}"
            )
        reader.fieldnames = known
        return [record for _, record in zip(range(MOST_ROWS + 1), reader, strict=False)]
    except csv.Error as error:
        raise InputError(f"the file of accounts is no CSV: {error}") from None


def _yaml(text: str) -> Sequence[object]:
    try:
        # Aliases are refused, since a small file of them is a large document; every scalar stays text, 012345678901 too.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.BaseLoader)):
            raise InputError("the file of accounts has YAML aliases; write each value out")
        document = yaml.load(text, yaml.BaseLoader)  # noqa: S506  this loader makes nothing but text, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"the file of accounts is no YAML ({type(error).__name__}); check its indentation") from None
    if isinstance(document, dict):
        document = document.get("accounts")
    if not isinstance(document, list):
        raise InputError("the file of accounts is no list; write one mapping for each account, or a list under accounts")
    return document


def _row(number: int, record: object, defaults: Defaults) -> Row:
    if not isinstance(record, Mapping):
        return Row(number, "", problem="It is no mapping of names to values.")
    told = {str(name): value for name, value in record.items()}
    account = _text(told.get("account_id"))
    if unknown := sorted({*told} - {*COLUMNS}):
        return Row(number, account, problem=f"It has values that nobody knows: {_some(unknown)}.")
    wrong = [name for name in ("days", "latest") if not (_text(told.get(name)) or "0").isdecimal()]
    if wrong:
        return Row(number, account, problem=f"{wrong[0]} is no whole number.")
    values = _integration(account, told, defaults)
    found = flaws(values)
    return Row(number, account, None if found else values, found[0].sentence if found else "")


def _integration(account: str, told: Mapping[str, object], defaults: Defaults) -> Integration:
    regions = _words(told.get("regions")) or defaults.regions
    partition = partition_of(regions[0]) if regions else "aws"
    given = _text(told.get("external_id"))
    derived = external_id_of(defaults.external_id_base, account) if defaults.external_id_base else ""
    include, exclude, tags = (_words(told.get(name)) for name in ("include", "exclude", "tags"))
    days, latest = (int((_text(told.get(name)) or "0")[:9]) for name in ("days", "latest"))
    return Integration(
        account,
        _text(told.get("role_arn")) or role_arn(account, partition),
        given or derived,
        regions,
        Filters(include, exclude, tags, days, latest),
    )


def _unshared(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, with a problem for accounts and External IDs that stand in several of them."""
    rows = list(rows)
    accounts = Counter(row.account_id for row in rows)
    ids = Counter(row.values.external_id for row in rows if row.values)
    return tuple(_judged(row, accounts, ids) for row in rows)


def _judged(row: Row, accounts: Mapping[str, int], ids: Mapping[str, int]) -> Row:
    if row.values is None:
        return row
    if accounts[row.account_id] > 1:
        return replace(row, values=None, problem=f"Account {row.account_id} stands in {accounts[row.account_id]} rows.")
    if ids[row.values.external_id] > 1:
        return replace(row, values=None, problem="Its External ID stands in other rows too; every account has its own.")
    return row


def _words(value: object) -> tuple[str, ...]:
    parts: Iterator[object] = iter(value) if isinstance(value, list) else iter(_text(value).replace(";", " ").split())
    return tuple(dict.fromkeys(_text(part) for part in parts if _text(part)))


def _text(value: object) -> str:
    return value.strip()[:2048] if isinstance(value, str) else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:5])
