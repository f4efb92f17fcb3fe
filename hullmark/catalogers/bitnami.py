"""Components of Bitnami's images: `opt/bitnami/<component>/.spdx-<component>.spdx`, an SPDX document for each.

Source: the files themselves (SPDX 2.3 as JSON). Its package of type `bitnami` is what Bitnami installed there, and is
compared with Bitnami's own advisories; other packages are what that component says it was built of.
"""

from collections.abc import Iterator
from dataclasses import replace

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.sbom import packages_of, parse_components
from hullmark.formats.problems import bound_problems
from hullmark.model import Origin, Package, Problem


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of a component's document, in its order. Raises CorruptData for what is none."""
    for item in bound_problems(packages_of(path, "bitnami", parse_components(data))):
        if isinstance(item, Package) and item.type == "bitnami":
            yield replace(item, origin=Origin.INSTALLED)
        else:
            yield item


CATALOGER = Cataloger(name="bitnami", type="bitnami", globs=("opt/bitnami/**/.spdx-*.spdx",), parse=parse)
