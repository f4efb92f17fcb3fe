"""`lake.json` marks a folder as a lake and says which format it has, so that an older Hullmark does not misread it."""

import errno
import json
import os
from pathlib import Path

from hullmark.errors import LakeError
from hullmark.lake.place import Place, unwritten

NAME = "lake.json"
FORMAT = 2  # 1: each finding was a row (docs/decisions/0019-findings-by-verdict.md)
FEEDS = "feeds"
FOLDERS = ("tables", "layers", FEEDS, "quarantine", "locks")
NEIGHBOURS = (*FOLDERS, "demo", "prefect", "logs")  # what Hullmark itself may have put there before the lake


def is_marked(place: Place) -> bool:
    """Whether there is a lake that this version can read; raises LakeError for one it cannot."""
    return _format(place) is not None


def _format(place: Place) -> int | None:
    """The format of the lake, None when there is none."""
    content = place.read(NAME)
    if content is None:
        return None
    try:
        number = json.loads(content)["format"]
    except (ValueError, TypeError, KeyError):
        number = None
    if not isinstance(number, int):
        raise LakeError(f"{place.join(NAME)} is damaged; restore it or choose another lake")
    if number > FORMAT:
        raise LakeError(
            f"the lake {place.root} was made by a newer Hullmark (format {number}, not {FORMAT}); upgrade Hullmark"
        )
    return number


def mark(place: Place) -> None:
    """Make the folders and the mark where there is no lake yet, and upgrade the mark of an older one.

    Raises LakeError when that is impossible or unwise.
    """
    try:
        number = _format(place)
        if place.is_local:
            _make_folders(place, number is not None)
        if number != FORMAT:
            place.write(NAME, json.dumps({"product": "hullmark", "format": FORMAT}).encode())
    except OSError as error:
        raise unwritten(place.root, error) from None


def _make_folders(place: Place, marked: bool) -> None:
    root = Path(place.root)
    root.mkdir(parents=True, exist_ok=True)
    strangers = [] if marked else sorted(item.name for item in root.iterdir() if not _is_ours(item.name))
    if strangers:
        raise LakeError(
            f"{place.root} is no lake and holds other things ({strangers[0]}, ...); choose a new or an empty folder"
        )
    for folder in FOLDERS:
        (root / folder).mkdir(exist_ok=True)
    if not os.access(root, os.W_OK) or not os.access(root / "tables", os.W_OK):
        raise unwritten(place.root, PermissionError(errno.EACCES, "no write access"))


def _is_ours(name: str) -> bool:
    return name in NEIGHBOURS or name.startswith((".", NAME))
