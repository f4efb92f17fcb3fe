"""VEX documents from files of this machine: one in a file, or one a line, as cosign prints attestations."""

from datetime import datetime
from pathlib import Path

from hullmark.errors import CorruptData, InputError, LimitExceeded, NotFound, Unsupported
from hullmark.formats.json_object import parse_object
from hullmark.vex.attested import SOURCE
from hullmark.vex.read import MOST_BYTES, Vex, read_vex

MOST_LINES = 1000


def read_vex_file(path: Path, by: str, now: datetime) -> list[Vex]:
    """Read one file; of several attestations, a line each, those that hold VEX.

    Raises InputError, with the file in its sentence.
    """
    data = _content(path)
    source = path.name.replace(SOURCE, SOURCE.strip() + "-", 1) if path.name.startswith(SOURCE) else path.name
    try:
        try:
            return [read_vex(data, source, by, now)]
        except CorruptData:
            lines = [line for line in data.splitlines() if line.strip()]
            if len(lines) < 2 or not _is_object(lines[0]):
                raise
        return _of_lines(lines, source, by, now)
    except InputError as error:
        raise type(error)(f"{path}: {error}") from None


def _of_lines(lines: list[bytes], source: str, by: str, now: datetime) -> list[Vex]:
    """What is no VEX among them (provenance, bills of materials) is passed over, unless all are that."""
    if len(lines) > MOST_LINES:
        raise LimitExceeded(f"the file has {len(lines):,} lines, more than the {MOST_LINES:,} documents that are read")
    found, other = list[Vex](), None
    for number, line in enumerate(lines, 1):
        try:
            found.append(read_vex(line, source, by, now))
        except Unsupported as error:
            other = error
        except InputError as error:
            raise type(error)(f"line {number}: {error}") from None
    if not found and other:
        raise other
    return found


def _is_object(line: bytes) -> bool:
    try:
        parse_object(line)
    except CorruptData:
        return False
    return True


def _content(path: Path) -> bytes:
    if str(path).startswith(("http:/", "https:/")):
        raise NotFound(f"VEX documents are read from files, and {path} is an address; fetch it first and name the file")
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the VEX document {path} cannot be read: {error.strerror}; check the path") from None
