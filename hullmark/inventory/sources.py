"""Sources of OS packages that only a bill of materials states: chisel's manifest names none, a rock's list does.

Advisories of Debian and Ubuntu go by source, so the installed package takes the one that the bill states for its name and
version, and is then the same as the bill's.
"""

from collections.abc import Sequence
from dataclasses import replace

from hullmark.catalogers.chisel import SOURCELESS
from hullmark.inventory.evidence import FIRM
from hullmark.inventory.spans import Span
from hullmark.inventory.value import FoundPackage
from hullmark.model import Origin, Package, Problem
from hullmark.purl import OS_TYPES

Told = set[str]  # paths of package lists whose every package has its source told elsewhere


def with_sources(visible: Sequence[Span]) -> Told:
    """Fill in the sources that a bill states; the paths of lists that lack none now."""
    bills = {_same(span.found.package): span.found for span in visible if span.found.package.origin is Origin.SBOM}
    if not any(kind in OS_TYPES for kind, _, _ in bills):
        return set()
    told: dict[str, bool] = {}
    for span in visible:
        package = span.found.package
        if package.type in OS_TYPES and package.origin in FIRM:
            bill = bills.get(_same(package))
            if bill and not package.source_name:
                span.found = _sourced(span.found, bill)
            told[span.path] = told.get(span.path, True) and bill is not None
    return {path for path, whole in told.items() if whole}


def answered(problem: Problem, told: Told) -> bool:
    """Whether a problem says that sources are missing which were told elsewhere."""
    return problem.reason == SOURCELESS and problem.path in told


def _sourced(found: FoundPackage, bill: FoundPackage) -> FoundPackage:
    stated = bill.package
    package = replace(found.package, source_name=stated.source_name, source_version=stated.source_version)
    return found._replace(package=package, source_key=bill.source_key)


def _same(package: Package) -> tuple[str, str, str]:
    return package.type, package.name, package.version
