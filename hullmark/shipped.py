"""Files that lie beside the code, for what every scan reads: importlib.resources would import thirty modules more."""

from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parent


def shipped(name: str) -> str:
    """The text of a file, named by its place in the package ("formats/secret_rules.toml")."""
    return (HOME / name).read_text(encoding="utf-8")


def shipped_in(folder: str, ending: str) -> Iterator[str]:
    """The texts of the files of a folder that end so, by name."""
    for place in sorted((HOME / folder).glob(f"*{ending}")):
        yield place.read_text(encoding="utf-8")
