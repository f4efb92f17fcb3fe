"""Who answers for the images of which accounts and repositories, as `owners.toml` of the operator's policy says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import pyarrow as pa

from hullmark.errors import UsageError

OWNERS = pa.schema([("number", pa.int32()), ("owner", pa.string()), ("account", pa.string()), ("repository", pa.string())])


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner; `repositories` are patterns as of a shell. Without accounts all of them, without repositories likewise."""

    name: str
    accounts: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()


def parse_owners(stated: Mapping[str, object], file: str) -> tuple[Owner, ...]:
    """The owners in their order, of which the first that fits counts. Raises UsageError, which names the file."""
    items = stated.get("owner")
    if set(stated) - {"owner"} or not isinstance(items, list):
        raise UsageError(f"{file} must hold [[owner]] tables and nothing else; see docs/compliance.md")
    return tuple(_owner(item, file) for item in items)


def owners_table(owners: tuple[Owner, ...]) -> pa.Table:
    """A row for each account and pattern of each owner, "" for all (schema OWNERS); number: the place of the owner."""
    return pa.Table.from_pylist(
        [
            {"number": number, "owner": owner.name, "account": account, "repository": repository}
            for number, owner in enumerate(owners)
            for account, repository in product(owner.accounts or ("",), owner.repositories or ("",))
        ],
        OWNERS,
    )


def _owner(item: object, file: str) -> Owner:
    if not isinstance(item, dict) or set(item) - {"name", "accounts", "repositories"}:
        raise UsageError(f"an [[owner]] of {file} has more than name, accounts and repositories; see docs/compliance.md")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"an [[owner]] of {file} has no name; say who answers for it")
    return Owner(name.strip(), *(tuple(_texts(item, key, name, file)) for key in ("accounts", "repositories")))


def _texts(item: Mapping[str, object], key: str, name: str, file: str) -> Iterator[str]:
    values = item.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise UsageError(f"{key} of the owner {name[:80]} in {file} must be a list of texts; see docs/compliance.md")
    yield from values
