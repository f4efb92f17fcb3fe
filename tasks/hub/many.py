"""Connect many accounts at once: each row is tested, kept and told on its own."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum

from hullmark.errors import HullmarkError
from hullmark.settings import Settings
from hullmark.sources.ecr import Integration, connection
from hullmark.sources.ecr.accounts_file import Row
from hullmark.sources.ecr.checks import Check
from tasks.hub import account, connect, runs
from tasks.hub.tested import own_id, users_of_ids

AT_ONCE = 8  # accounts tested at the same time


class Fate(StrEnum):
    """What became of a row."""

    CONNECTED = "connected"
    WOULD_CONNECT = "would be connected"  # a dry run
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row: a sentence why, and the lines of its test, if there was one."""

    number: int
    account_id: str
    fate: Fate
    why: str = ""
    checks: tuple[Check, ...] = ()


def connect_all(
    rows: Sequence[Row], settings: Settings, *, dry_run: bool = False, even_if_failing: bool = False, by: str = ""
) -> Iterator[Result]:
    """One result a row, in the rows' order, as they come. A dry run tests all the same, and keeps nothing.

    An account that is connected with the same values is unchanged, with others refused: update it by itself. Raises
    TransportError before the first result when Prefect is not there; later failures are results.
    """
    known, used_by = {item.name: item for item in account.list() if not item.disconnected}, users_of_ids()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        testing = {
            row.number: pool.submit(copy_context().run, _tested, row.values, settings, used_by)
            for row in rows
            if row.values and row.account_id not in known
        }
        for row in rows:
            if row.values is None:
                yield Result(row.number, row.account_id, Fate.REFUSED, row.problem)
            elif row.number in testing:
                yield _kept(row.number, row.values, testing[row.number].result(), settings, dry_run, even_if_failing, by)
            else:
                yield _known(row.number, row.values)


def _tested(values: Integration, settings: Settings, used_by: Mapping[str, str]) -> tuple[Check, ...]:
    own = own_id(values, used_by)
    return (own, *connection.run_checks(values, settings)) if own.ok else (own,)


def _kept(  # noqa: PLR0913, PLR0917  a row, how it went, and what is to be done with it
    number: int,
    values: Integration,
    checks: tuple[Check, ...],
    settings: Settings,
    dry_run: bool,
    even_if_failing: bool,
    by: str,
) -> Result:
    failing = [check for check in checks if not check.ok]
    why = f"{failing[0].name}: {failing[0].detail}" if failing else ""
    if failing and (not even_if_failing or any(check.binding for check in failing)):
        return Result(number, values.account_id, Fate.REFUSED, why, checks)
    if dry_run:
        return Result(number, values.account_id, Fate.WOULD_CONNECT, why, checks)
    try:
        connect.keep(values, checks, settings, even_if_failing=even_if_failing, by=by)
    except HullmarkError as error:
        return Result(number, values.account_id, Fate.REFUSED, str(error), checks)
    return Result(number, values.account_id, Fate.CONNECTED, why, checks)


def _known(number: int, values: Integration) -> Result:
    try:
        same = runs.integration(values.account_id) == values
    except HullmarkError as error:
        return Result(number, values.account_id, Fate.REFUSED, str(error))
    if same:
        return Result(number, values.account_id, Fate.UNCHANGED, "It is connected with these values.")
    return Result(number, values.account_id, Fate.REFUSED, "It is connected with other values; update it by itself.")
