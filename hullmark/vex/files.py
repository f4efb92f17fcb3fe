"""VEX documents from files of this machine."""

from datetime import datetime
from pathlib import Path

from hullmark.errors import InputError, NotFound
from hullmark.vex.read import MOST_BYTES, Vex, read_vex


def read_vex_file(path: Path, by: str, now: datetime) -> Vex:
    """Read one file; raises InputError, with the file in its sentence."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the VEX document {path} cannot be read: {error.strerror}; check the path") from None
    try:
        return read_vex(data, path.name, by, now)
    except InputError as error:
        raise type(error)(f"{path}: {error}") from None
