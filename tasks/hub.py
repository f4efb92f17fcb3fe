"""The Integration Hub: connect, test, change, pause and disconnect accounts; the CLI and the dashboard call only this."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError

from hullmark.errors import NotFound, UsageError
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.checks import Check, Verdict
from hullmark.sources.ecr.connection import run_checks, test_connection
from hullmark.sources.ecr.onboarding import new_external_id, quick_create_url, read_template
from tasks.integration import EcrIntegration, TestLine, TestRecord, delete_block, read_block, read_blocks, write_block

__all__ = [
    "Changes",
    "Check",
    "Connected",
    "Outcome",
    "Verdict",
    "add",
    "disconnect",
    "integration",
    "integrations",
    "list",
    "new_external_id",
    "pause",
    "quick_create_url",
    "read_template",
    "resume",
    "run_checks",
    "test",
    "test_connection",
    "update",
]


@dataclass(frozen=True, slots=True)
class Connected:
    """What may be shown of a connected account: everything but its External ID. Times are UTC.

    `problem` says why a block that was edited elsewhere cannot be used; then only `name` is sure.
    """

    name: str
    account_id: str = ""
    role_arn: str = ""
    regions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    queues: Mapping[str, str] = field(default_factory=dict)  # Region: URL of the queue of its push events
    paused: bool = False
    created: datetime | None = None
    updated: datetime | None = None
    tested_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    problem: str = ""

    @property
    def healthy(self) -> bool:
        """Whether the last test had no failed line."""
        return not self.problem and bool(self.checks) and all(check.ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: the lines of the test, and the account as it is kept now (None: nothing was saved)."""

    checks: tuple[Check, ...]
    connected: Connected | None

    @property
    def saved(self) -> bool:
        """Whether the values are kept."""
        return self.connected is not None


@dataclass(frozen=True, slots=True)
class Changes:
    """New values for a connected account; None leaves the old one."""

    role_arn: str | None = None
    external_id: str | None = None
    regions: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    queues: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return f"Changes({', '.join(name for name in self.__slots__ if getattr(self, name) is not None)})"


def add(values: Integration, settings: Settings, *, even_if_failing: bool = False) -> Outcome:
    """Test the values, and keep them if every line is ok.

    `even_if_failing` keeps them all the same, and the failed lines stay visible; lines that are binding (malformed
    values, a role that does not insist on its External ID) cannot be overridden. Raises UsageError when the account is
    connected already, and TransportError when Prefect is not there.
    """
    if any(name == values.account_id for name, _ in read_blocks()):
        raise UsageError(f"Account {values.account_id} is already connected; update it instead.")
    checks = test_connection(values, settings)
    if not _may_be_kept(checks, even_if_failing):
        return Outcome((*checks,), None)
    return Outcome((*checks,), _write(_block(values, checks)))


def test(account_id: str, settings: Settings) -> Outcome:
    """Test a connected account again and keep the result; raises NotFound and TransportError."""
    block = _read(account_id)
    checks = test_connection(_values(block), settings)
    block.last_test = _record(checks)
    return Outcome((*checks,), _write(block))


test.__test__ = False  # type: ignore[attr-defined]  # pytest: it is no test of ours


def list() -> tuple[Connected, ...]:  # noqa: A001  the verb of the CLI and the dashboard; nothing below uses the built-in
    """Every connected account by account id; raises TransportError."""
    return tuple(_shown(name, data) for name, data in read_blocks())


def update(account_id: str, changes: Changes, settings: Settings, *, even_if_failing: bool = False) -> Outcome:
    """Test an account with changed values, and keep them under the rules of `add`; raises NotFound and TransportError."""
    old = _read(account_id)
    values = _changed(_values(old), changes)
    checks = test_connection(values, settings)
    if not _may_be_kept(checks, even_if_failing):
        return Outcome((*checks,), None)
    block = _block(values, checks)
    block.created, block.paused = old.created, old.paused
    return Outcome((*checks,), _write(block))


def disconnect(account_id: str) -> None:
    """Forget an account and its External ID; what was scanned stays in the lake. Raises NotFound and TransportError."""
    delete_block(account_id)


def pause(account_id: str) -> Connected:
    """Leave an account out of scheduled scans; raises NotFound and TransportError."""
    return _set_paused(account_id, paused=True)


def resume(account_id: str) -> Connected:
    """Scan an account again; raises NotFound and TransportError."""
    return _set_paused(account_id, paused=False)


def integration(account_id: str) -> Integration:
    """The values of one account with its External ID, paused or not; raises NotFound and TransportError."""
    return _values(_read(account_id))


def integrations() -> tuple[Integration, ...]:
    """The values of every account that is not paused, with their External IDs, by account id; raises TransportError.

    A block that was edited into something unusable is left out here and shown with its problem by `list`.
    """
    return tuple(_active())


def _active() -> Iterator[Integration]:
    for _, data in read_blocks():
        try:
            block = EcrIntegration.model_validate(data)
        except ValidationError:
            continue
        if not block.paused:
            yield _values(block)


def _may_be_kept(checks: Sequence[Check], even_if_failing: bool) -> bool:
    return all(check.ok or (even_if_failing and not check.binding) for check in checks)


def _read(account_id: str) -> EcrIntegration:
    try:
        return read_block(account_id)
    except ValidationError:
        raise NotFound(
            f"The integration of account {account_id[:64]} was edited into something unusable; disconnect and add it again."
        ) from None


def _set_paused(account_id: str, *, paused: bool) -> Connected:
    block = _read(account_id)
    block.paused = paused
    return _write(block)


def _write(block: EcrIntegration) -> Connected:
    block.updated = datetime.now(UTC)
    write_block(block)
    return _connected(block.account_id, block)


def _shown(name: str, data: Mapping[str, object]) -> Connected:
    try:
        return _connected(name, EcrIntegration.model_validate(data))
    except ValidationError:
        return Connected(name, problem="It was edited into something unusable; disconnect it and add it again.")


def _connected(name: str, block: EcrIntegration) -> Connected:
    return Connected(
        name=name,
        account_id=block.account_id,
        role_arn=block.role_arn,
        regions=(*block.regions,),
        include=(*block.include,),
        exclude=(*block.exclude,),
        queues=dict(block.queues),
        paused=block.paused,
        created=block.created,
        updated=block.updated,
        tested_at=block.last_test.at if block.last_test else None,
        checks=_checks(block.last_test) if block.last_test else (),
    )


def _checks(record: TestRecord) -> tuple[Check, ...]:
    return tuple(Check(line.name, line.verdict, line.detail, line.remedy, line.binding) for line in record.lines)


def _record(checks: Sequence[Check]) -> TestRecord:
    return TestRecord(at=datetime.now(UTC), lines=[TestLine(**asdict(check)) for check in checks])


def _block(values: Integration, checks: Sequence[Check]) -> EcrIntegration:
    return EcrIntegration(
        account_id=values.account_id,
        role_arn=values.role_arn,
        external_id=SecretStr(values.external_id),
        regions=[*values.regions],
        include=[*values.filters.include],
        exclude=[*values.filters.exclude],
        queues=dict(values.queues),
        last_test=_record(checks),
    )


def _values(block: EcrIntegration) -> Integration:
    return Integration(
        account_id=block.account_id,
        role_arn=block.role_arn,
        external_id=block.external_id.get_secret_value(),
        regions=(*block.regions,),
        filters=Filters((*block.include,), (*block.exclude,)),
        queues=dict(block.queues),
    )


def _changed(values: Integration, changes: Changes) -> Integration:
    new = {name: value for name in Changes.__slots__ if (value := getattr(changes, name)) is not None}
    filters = Filters(new.pop("include", values.filters.include), new.pop("exclude", values.filters.exclude))
    return replace(values, filters=filters, **new)
