"""One package database a file; see `base.py` for the contract. `catalogers` finds them all."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hullmark.catalogers.base import Cataloger


@cache
def catalogers() -> tuple["Cataloger", ...]:
    """Every cataloger, sorted by name; a module but `base` without CATALOGER is an error, and so is a name used twice."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__) if item.name != "base" and item.name[0] != "_")
    found: list[Cataloger] = [import_module(f"{__name__}.{module}").CATALOGER for module in modules]
    names = [cataloger.name for cataloger in found]
    if len(set(names)) != len(names):
        raise ValueError(f"two catalogers share a name: {', '.join(sorted(names))}")
    return tuple(sorted(found, key=lambda cataloger: cataloger.name))
