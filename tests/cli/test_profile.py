"""`hullmark scan --profile`: where the time went, on standard error, with the same report as without it."""

import io

from hullmark.catalogers import catalogers
from hullmark.inventory import read_layer
from hullmark.inventory.profiled import profiled_matcher
from hullmark.profile import Profile
from hullmark.settings import Limits
from tests.inventory.stacks import metadata, status
from tests.layers.tars import layer_of, tar_of

MEMBERS = {
    "var/lib/dpkg/status": status("a=1", "b=2"),
    "x/foo-1.dist-info/METADATA": metadata("foo", "1"),
    "y/bar-1.dist-info/METADATA": b"no metadata",
    "etc/plain": b"x",
}


def test_a_profiled_layer_is_the_same_layer() -> None:
    plain = tar_of(dict(MEMBERS))
    profile = Profile()
    wanting = profiled_matcher(catalogers(), profile)
    profiled = read_layer(io.BytesIO(plain), layer_of(plain, plain), Limits(), None, wanting)
    assert profiled.table.equals(read_layer(io.BytesIO(plain), layer_of(plain, plain), Limits()).table)
    assert (profile.catalogers["python"].files, profile.catalogers["dpkg"].files) == (2, 1)
    assert profile.catalogers["dpkg"].bytes == len(MEMBERS["var/lib/dpkg/status"])
    assert {"read and inflate", "hash", "walk the tar", "make rows"} <= profile.stages.keys()
    assert profile.stages["hash"].bytes == len(plain)
    assert all(spent.seconds > -1e-3 for spent in profile.stages.values())
