"""`hullmark audit`: an evidence bundle for an auditor, made or verified."""

import argparse
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path

from hullmark.commands.verbs import Verbs
from hullmark.errors import UsageError


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "audit",
        help="an archive with the state at a date, for an auditor",
        description="Write what was known at a date to one archive, the same bytes each time, and print its digest.",
    )
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--as-of", metavar="DATE", help="the end of this day (UTC), such as 2026-03-31, or a time; of today, now"
    )
    what.add_argument("--verify", metavar="FILE", help="check a bundle against its manifest instead")
    verb.add_argument("-o", "--output", metavar="FILE", help="where the bundle goes (default: hullmark-audit-DATE.zip)")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make or verify, and print the digest."""
    return _verify(options.verify) if options.verify else _make(options)


def _verify(name: str) -> int:
    from hullmark.errors import CorruptData, NotFound
    from hullmark.reports.audit_bundle import verify_bundle

    try:
        with Path(name).open("rb") as file:
            digest, manifest = verify_bundle(file)
    except OSError as error:
        raise NotFound(f"the bundle {name} cannot be read: {error.strerror}; name the file") from None
    except CorruptData as error:
        raise CorruptData(f"{name}: {error}") from None
    made = f"as of {manifest['as_of']}, by Hullmark {manifest['hullmark']}"
    _say(f"{len(manifest['files'])} files are what the manifest says, {made}.")
    _say(digest)
    return 0


def _make(options: argparse.Namespace) -> int:
    from hullmark.commands.query import lake_with_data
    from hullmark.compliance.load import policy_texts, read_policy
    from hullmark.inventory import engine
    from hullmark.reports.audit_bundle import require_ended, write_bundle
    from hullmark.settings import read_settings

    settings = read_settings()
    now = datetime.now(UTC)
    moment = moment_of(options.as_of, now)
    target = Path(options.output or f"hullmark-audit-{_written(moment).replace(':', '')}.zip")
    read_policy(settings.policy)  # says what is wrong with it
    with closing(lake_with_data(settings.lake).connect(settings.memory_mb)) as connection:
        require_ended(connection, moment, now)
        part = target.with_name(f"{target.name}.part")
        try:
            with part.open("wb") as file:
                digest = write_bundle(file, connection, moment, policy_texts(settings.policy), engine())
            part.replace(target)
        except OSError as error:
            raise UsageError(f"the bundle could not be written to {target}: {error.strerror}; choose another file") from None
        finally:
            part.unlink(missing_ok=True)
    _say(f"{target} holds what was known on {moment:%Y-%m-%d %H:%M:%S} UTC.")
    if _day(options.as_of) == now.date():
        _say(f"That day is not over; `--as-of {_written(moment)}` writes the same bytes again.")
    _say(digest)
    return 0


def _written(moment: datetime) -> str:
    """A time as `--as-of` takes it, and a day for its end."""
    from hullmark.analysis.past import end_of

    return f"{moment:%Y-%m-%d}" if moment == end_of(moment.date()) else f"{moment:%Y-%m-%dT%H:%M:%S}"


def moment_of(said: str, now: datetime) -> datetime:
    """The end of a day (of today, now), or the time itself; raises UsageError for what is neither, and for days to come."""
    from hullmark.analysis.past import end_of

    day = _day(said)
    try:
        found = datetime.combine(day, time.min) if day else datetime.fromisoformat(said)
    except ValueError:
        raise UsageError(f"{said[:40]!r} is no date; write it as in 2026-03-31 or 2026-03-31T12:00") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > now:
        raise UsageError(f"{said[:40]} has not come yet; give today or an earlier day")
    return min(end_of(day), now.replace(microsecond=0)) if day else found.astimezone(UTC)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _say(sentence: str) -> None:
    from rich.console import Console

    Console(soft_wrap=True).print(sentence, highlight=False, markup=False)
