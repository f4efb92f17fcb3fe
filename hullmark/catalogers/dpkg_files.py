"""What Debian's packages own: `var/lib/dpkg/info/<package>[:<architecture>].list` (dpkg(1)), one absolute path a line."""

import posixpath
from collections.abc import Iterator

from hullmark.catalogers._owned import lines, owned
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.model import Owned, Problem


def parse(path: str, data: bytes) -> Iterator[Owned | Problem]:
    """The paths of one list; a path that was diverted (dpkg-divert(1)) stands under its first name."""
    name = posixpath.basename(path).removesuffix(".list").partition(":")[0]
    yield from owned(name, (line for line in lines(data) if line != "/."), len(data))
    if is_cut(data):
        yield Problem(path, CATALOGER.name, CUT)


CATALOGER = Cataloger(name="dpkg-files", type="deb", globs=("var/lib/dpkg/info/*.list",), parse=parse)
