"""`hullmark bases list|tree|known`: what the fleet stands on, what of it is out of date, which public bases are known."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hullmark.commands.verbs import Verbs
from hullmark.errors import InputError, NotFound, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from hullmark.lake.store import Lake
    from hullmark.settings import Settings

Rows = list[dict[str, "Any"]]


def add(verbs: Verbs) -> None:
    """Register the verb and its actions."""
    verb = verbs.add_parser(
        "bases", help="what images stand on, what of it is out of date, and which public bases are known"
    )
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="every base, with why it is out of date and what building again would end")
    tree = actions.add_parser("tree", help="what stands on what")
    for action, formats, handler in ((listed, ("table", "json"), run_list), (tree, ("table", "json", "dot"), run_tree)):
        action.add_argument("--format", choices=formats, default="table", help="what to print (default: table)")
        action.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
        action.set_defaults(handler=handler)
    _add_known(actions.add_parser("known", help="bases outside the fleet that are known by their layers"))


def _add_known(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="show them; as CSV they can be imported again")
    shown.add_argument("--format", choices=("table", "csv"), default="table", help="what to print (default: table)")
    shown.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    shown.set_defaults(handler=run_known_list)
    taken = actions.add_parser("import", help="take those of a CSV file; see docs/bases.md for its columns")
    taken.add_argument("file", metavar="FILE")
    taken.set_defaults(handler=run_known_import)
    made = actions.add_parser("add", help="take an image as it is now: no layer is read")
    made.add_argument("image", metavar="IMAGE", help="a reference, layout or archive, as for `hullmark scan`")
    made.add_argument("--name", metavar="NAME", help="repository:tag that it is known by (default: its reference)")
    made.add_argument("--platform", metavar="P", default="all", help="such as linux/amd64 (default: all)")
    made.set_defaults(handler=run_known_add)
    gone = actions.add_parser("remove", help="forget all of a name")
    gone.add_argument("name", metavar="NAME")
    gone.set_defaults(handler=run_known_remove)


def run_list(options: argparse.Namespace) -> int:
    """Ask the lake and print."""
    from hullmark.commands.writing import write_answer
    from hullmark.reports import bases_report

    rows, _ = _ask()
    if options.format == "json":
        write_answer(bases_report.bases_json(rows), options.output)
    else:
        write_answer(bases_report.bases_table(rows) if rows else "No image has a base that is known.", options.output)
    return 0


def run_tree(options: argparse.Namespace) -> int:
    """Ask the lake and print."""
    from hullmark.commands.writing import write_answer
    from hullmark.reports import bases_report

    rows, edges = _ask()
    if options.format == "json":
        write_answer(bases_report.graph_json(rows, edges), options.output)
    elif options.format == "dot":
        write_answer(bases_report.graph_dot(rows), options.output)
    else:
        write_answer(bases_report.bases_tree(rows) if rows else "No image has a base that is known.", options.output)
    return 0


def _ask() -> tuple[Rows, Rows]:
    """The bases of the fleet, and each image with its base."""
    from datetime import UTC, datetime

    from hullmark.advisories.snapshot import FeedStore
    from hullmark.commands.query import lake_with_data
    from hullmark.compliance.fleet_bases import fleet_bases
    from hullmark.compliance.load import read_policy
    from hullmark.settings import read_settings
    from hullmark.sql import read_sql

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with closing(lake.connect(settings.memory_mb)) as connection:
        bases = fleet_bases(connection, FeedStore(lake.feeds_root), read_policy(settings.policy), datetime.now(UTC))
        images = connection.sql(read_sql("hullmark.reports.queries", "bases_images.sql")).to_arrow_table()
    return bases.to_pylist(), images.to_pylist()


def run_known_list(options: argparse.Namespace) -> int:
    """Show them by name, the newest first."""
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.writing import write_answer
    from hullmark.reports import bases_report
    from hullmark.settings import read_settings

    rows = _known(lake_with_data(read_settings().lake))
    if options.format == "csv":
        write_answer(bases_report.known_csv(rows), options.output)
    else:
        shown = bases_report.known_table(rows.to_pylist()) if rows.num_rows else "No base is known."
        write_answer(shown, options.output)
    return 0


def run_known_import(options: argparse.Namespace) -> int:
    """Take a file whole, or not at all."""
    from hullmark.analysis.known_bases import MOST_BYTES, parse_known_bases

    path = Path(options.file)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check the path") from None
    return _keep(parse_known_bases(data, _told(path.name)))


def run_known_add(options: argparse.Namespace) -> int:
    """Ask the image for its manifest and configuration."""
    import pyarrow as pa

    from hullmark.analysis.known_bases import known_base
    from hullmark.lake.schema import KNOWN_BASES
    from hullmark.model import Image
    from hullmark.settings import read_settings
    from hullmark.sources.open import open_source

    with closing(open_source(options.image, read_settings())) as source:
        images = [item for item in source.images(options.platform) if isinstance(item, Image)]
    if not images:
        raise NotFound(f"{options.image} holds no image of platform {options.platform}; name another platform")
    told = _told("added")
    rows = [known_base(_said(item, options.name or options.image), told, options.image) for item in images]
    return _keep(pa.Table.from_pylist(rows, KNOWN_BASES))


def run_known_remove(options: argparse.Namespace) -> int:
    """Forget all of a name."""
    import pyarrow.compute as pc

    lake, settings = _lake()
    rows = _known(lake)
    left = rows.filter(pc.not_equal(rows["name"], options.name))
    if left.num_rows == rows.num_rows:
        raise NotFound(f"no base is known by the name {options.name}; see `hullmark bases known list`")
    with lake.lock("known bases"):
        lake.replace_all("known_bases", left)
        _say(f"{rows.num_rows - left.num_rows} forgotten. {_moved(lake, settings)}")
    return 0


def _keep(rows: "pa.Table") -> int:
    lake, settings = _lake()
    with lake.lock("known bases"):
        lake.commit("known_bases", rows)
        _say(f"{rows.num_rows} known. {_moved(lake, settings)}")
    return 0


def _moved(lake: "Lake", settings: "Settings") -> str:
    from hullmark.analysis.bases import update_bases

    changed = update_bases(lake, settings.memory_mb)
    return f"{changed:,} image{'' if changed == 1 else 's'} got another base by it."


def _said(image: object, name: str) -> dict[str | None, object]:
    """What an image says of itself, as a line of the file would."""
    from hullmark.model import Image

    assert isinstance(image, Image)  # noqa: S101  the caller has looked
    if any(not layer.diff_id for layer in image.layers):
        raise UsageError(f"{name} does not say the digests of its uncompressed layers; name it in a file")
    return {
        "name": name, "digest": image.digest, "platform": str(image.platform), "created": image.config.get("created", ""),
        "diff_ids": " ".join(layer.diff_id for layer in image.layers),
    }  # fmt: skip


def _told(source: str) -> "Any":  # noqa: ANN401  a Told, which is imported when it is needed
    from datetime import UTC, datetime

    from hullmark.analysis.known_bases import Told
    from hullmark.commands.exceptions import user

    return Told(source, datetime.now(UTC), user())


def _lake() -> tuple["Lake", "Settings"]:
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings

    settings = read_settings()
    return Lake(settings.lake), settings


def _known(lake: "Lake") -> "pa.Table":
    with closing(lake.connect()) as connection:
        return connection.sql("FROM known_bases ORDER BY name, platform, created DESC, digest").to_arrow_table()


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201  the answer itself
