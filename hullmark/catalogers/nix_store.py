"""Packages of a Nix store by the folders that it consists of: `nix/store/<hash>-<name>-<version>[-<output>]/`.

Source: the Nix manual on store paths, and nixpkgs' dockerTools, whose images have a store and no database. Names are read as
`nix` reads those of the database; which output a folder is, its last word tells. Several folders of one package, and the
database's row, are one package when layers are stacked.
"""

from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.nix import name_of, package_of
from hullmark.model import Package


def parse(path: str, _: bytes) -> Iterator[Package]:
    """The package that a folder of the store is; nothing for one whose name has no version."""
    yield from package_of(name_of(f"/{path}"))


CATALOGER = Cataloger(name="nix-store", type="nix", globs=("nix/store/*/",), parse=parse)
