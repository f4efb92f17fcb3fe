"""The one image of the fleet that a verb is asked about: by its name and, of a tag for several platforms, `--platform`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def add_platform(verb: argparse.ArgumentParser) -> None:
    """Register the option."""
    verb.add_argument("--platform", metavar="P", help="of a tag for several: this one (default: this machine's)")


def image_meant(connection: "duckdb.DuckDBPyConnection", name: str, platform: str | None) -> str:
    """The digest of an image that is in its registry, of a lake's connection; raises NotFound and UsageError.

    Which platform it is of is told where nobody said it and there are others.
    """
    from hullmark.commands.showing import print_error
    from hullmark.errors import NotFound, UsageError
    from hullmark.stored.named import named

    if platform == "all":
        raise UsageError("this is asked of one image; name one platform, such as linux/amd64")
    place, *_ = named(connection, name, platform)
    if place.row["state"] != "present":
        raise NotFound(
            f"{place.reference} is {place.row['state']} in its registry; `hullmark report` says what was known of it"
        )
    others = sorted({str(other.platform) for other in named(connection, name, "all")} - {str(place.platform)})
    if others and not platform:
        print_error(
            f"note: {name} is of several platforms; this is {place.platform}, and --platform takes {', '.join(others)}"
        )
    return place.digest
