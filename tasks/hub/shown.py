"""An account as it may be shown, and the ways between a block, the engine's values and what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError

from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.checks import Check
from tasks.hub.block import EcrIntegration, Event, FieldChange, TestLine, TestRecord

UNUSABLE = "It was edited into something unusable; forget it and add it again."
SHOWN = ("role_arn", "regions", "include", "exclude", "tags", "days", "latest", "queues")  # what history tells in words
MOST_EVENTS = 500  # older ones make room


@dataclass(frozen=True, slots=True)
class Connected:
    """What may be shown of an account: everything but its External ID. Times are UTC.

    `problem` says why a block that was edited elsewhere cannot be used; then only `name` is sure.
    """

    name: str
    account_id: str = ""
    role_arn: str = ""
    regions: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    queues: Mapping[str, str] = field(default_factory=dict)  # Region: URL of the queue of its push events
    paused: bool = False
    overridden: bool = False  # kept although lines of its test failed
    disconnected: datetime | None = None
    gone: datetime | None = None  # when AWS was seen to refuse Hullmark the role
    created: datetime | None = None
    updated: datetime | None = None
    tested_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    history: tuple[Event, ...] = ()
    problem: str = ""

    @property
    def healthy(self) -> bool:
        """Whether the last test had no failed line."""
        return not self.problem and bool(self.checks) and all(check.ok for check in self.checks)


def shown(name: str, data: Mapping[str, object]) -> Connected:
    """A block as stored, as far as it can be read."""
    try:
        return connected(EcrIntegration.model_validate(data))
    except ValidationError:
        return Connected(name, problem=UNUSABLE)


def connected(block: EcrIntegration) -> Connected:
    """A block without its External ID."""
    return Connected(
        name=block.account_id,
        account_id=block.account_id,
        role_arn=block.role_arn,
        regions=(*block.regions,),
        filters=filters(block),
        queues=dict(block.queues),
        paused=block.paused,
        overridden=block.overridden,
        disconnected=block.disconnected,
        gone=block.gone,
        created=block.created,
        updated=block.updated,
        tested_at=block.last_test.at if block.last_test else None,
        checks=tuple(Check(**line.model_dump()) for line in block.last_test.lines) if block.last_test else (),
        history=(*block.history,),
    )


def integration(block: EcrIntegration) -> Integration:
    """The engine's values, External ID included."""
    return Integration(
        account_id=block.account_id,
        role_arn=block.role_arn,
        external_id=block.external_id.get_secret_value(),
        regions=(*block.regions,),
        filters=filters(block),
        queues=dict(block.queues),
    )


def filters(block: EcrIntegration) -> Filters:
    """The policy of a block."""
    return Filters((*block.include,), (*block.exclude,), (*block.tags,), block.days, block.latest)


def fill(block: EcrIntegration, values: Integration) -> list[FieldChange]:
    """Put the values into the block; what changed by that, in words, without the External ID."""
    changes: list[FieldChange] = []
    for name, new in _stored(values).items():
        old = getattr(block, name)
        if old != new and name in SHOWN:
            changes.append(FieldChange(name=name, before=_words(old), after=_words(new)))
        elif old != new and name == "external_id":
            changes.append(FieldChange(name="External ID", before="", after="another one"))
        setattr(block, name, new)
    return changes


def new_block(values: Integration) -> EcrIntegration:
    """A block of these values, with no history yet."""
    return EcrIntegration.model_validate(_stored(values))


def record(checks: Sequence[Check]) -> TestRecord:
    """The lines of a test that ended now."""
    return TestRecord(at=datetime.now(UTC), lines=[TestLine(**asdict(check)) for check in checks])


def note(block: EcrIntegration, by: str, what: str, changes: Sequence[FieldChange] = ()) -> None:
    """Write into the history what happened to the block just now."""
    block.updated = datetime.now(UTC)
    block.history = [*block.history, Event(at=block.updated, by=by[:100], what=what, changes=[*changes])][-MOST_EVENTS:]


def _stored(values: Integration) -> dict[str, object]:
    policy = {item.name: getattr(values.filters, item.name) for item in fields(Filters)}
    stored: dict[str, object] = {
        "account_id": values.account_id,
        "role_arn": values.role_arn,
        "external_id": SecretStr(values.external_id),
        "regions": values.regions,
        **policy,
        "queues": dict(values.queues),
    }
    return {name: [*value] if isinstance(value, tuple) else value for name, value in stored.items()}


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
