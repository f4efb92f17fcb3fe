"""The cataloger contract: "is this file yours?" by glob, asked of every path, and "read it", which gets the bytes.

A cataloger is one module in this package with a constant `CATALOGER`. Adding one edits nothing else. `parse` is a pure
function of one file's path and bytes: no file system, clock, network or logger. It yields packages, problems, distros (of
release files), owned paths and licences (of OS packages) and exposures; what it raises as `CorruptData` becomes one Problem
row for that file, and what it had yielded before stays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hullmark.formats.parts import Parts
from hullmark.model import Distro, Exposure, Licensed, Owned, Package, Problem

Find = Package | Problem | Distro | Owned | Licensed | Exposure
Parse = Callable[[str, bytes], Iterator[Find]]


@dataclass(frozen=True, slots=True)
class Cataloger:
    """`globs` match whole image paths; `_glob.py` says what their wildcards match.

    A glob that ends with a slash matches folders alone; `parse` then gets the folder's path and no bytes.
    """

    name: str  # names the Problem rows
    type: str  # purl type of what it yields
    globs: tuple[str, ...]
    parse: Parse
    max_bytes: int = 0  # larger files become a Problem, if all of them is kept; 0 means Limits.file_bytes
    follows: bool = True  # whether a link at such a path is a Problem where it leads to what nobody reads
    # Any regular file that begins with one of these is wanted too, whatever its path; of programs machine code may be zeros.
    magic: tuple[bytes, ...] = ()
    # Whether programs that are too large are read without their code, as zeros; all that have `magic` do.
    without_code: bool = False
    parts: Callable[[], Parts] | None = None  # of a large file: what it reads; the rest may be zeros
    reads_as: Callable[[str], object] | None = None  # paths for which it is equal yield equal finds for equal bytes
