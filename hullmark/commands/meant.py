"""What a verb is asked about: one image of the fleet by its name and `--platform`, and a vulnerability."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def add_platform(verb: argparse.ArgumentParser) -> None:
    """Register the option."""
    verb.add_argument("--platform", metavar="P", help="of a tag for several: this one (default: this machine's)")


def vulnerability_meant(text: str) -> str:
    """The id of a vulnerability as its database spells it, where somebody wrote it in lower case: "cve-2024-1" too."""
    name = text.strip()
    if not name.islower():
        return name
    prefix, dash, rest = name.partition("-")
    return f"GHSA-{rest}" if prefix == "ghsa" and dash else name.upper()


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
