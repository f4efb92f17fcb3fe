"""The folder where single scans keep layers and feeds."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """$XDG_CACHE_HOME/hullmark or ~/.cache/hullmark."""
    return Path(environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")) / "hullmark"


def cache_place(*parts: str) -> Path | None:
    """A folder of the cache, made when it is not there; None where it cannot be written, as in a read-only home."""
    folder = cache_folder().joinpath(*parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
