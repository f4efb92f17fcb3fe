"""Licences that another file states than the one that lists the package, as Debian's `usr/share/doc/<package>/copyright`.

There the folder, or the file, may be a link to that of another package built from the same source.
"""

from collections.abc import Mapping, Sequence

from hullmark.inventory.value import Names
from hullmark.layers.names import folder_of, is_below, joined

FOLDER, FILE = "usr/share/doc", "copyright"
MOST_HOPS = 5  # links from one package's folder to another's


def with_linked(stated: Mapping[str, str], layers: Sequence[Names]) -> Mapping[str, str]:
    """The licences by "type/name" of the package, with those of Debian's packages that a symbolic link leads to."""
    leads: dict[str, str] = {}
    for names in layers if stated else ():
        for path, target in names.symlinks.items():
            if is_below(path, FOLDER):
                _note(path, joined(folder_of(path), target), leads)
    found = {}
    for folder in leads:
        place = folder
        for _ in range(MOST_HOPS):
            place = leads.get(place, place)
        own, there = (f"deb/{one.removeprefix(f'{FOLDER}/')}" for one in (folder, place))
        if own not in stated and there in stated:
            found[own] = stated[there]
    return {**stated, **found}


def _note(path: str, target: str, leads: dict[str, str]) -> None:
    if folder_of(path) == FOLDER:
        leads[path] = target
    elif path.endswith(f"/{FILE}") and target.endswith(f"/{FILE}"):
        leads[folder_of(path)] = folder_of(target)
