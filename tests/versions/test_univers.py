"""Keys against univers, which carries ports of Gentoo's and RubyGems' own comparisons.

Its port of pacman's is wrong where one side has more separators than the other; pacman's own library answers instead.
"""

from collections.abc import Callable

from hypothesis import given, settings
from univers import gem, gentoo

from hullmark.versions import key
from tests.versions.material import sign
from tests.versions.oracles import Ordered, compare
from tests.versions.strategies import ebuild_versions, gem_versions

# univers has no types
gentoo_order: Callable[[str, str], int] = gentoo.vercmp
gem_version: Callable[[str], Ordered] = gem.GemVersion
SIGNS = {-1: "<", 0: "=", 1: ">"}
thorough = settings(max_examples=400, deadline=None)


@thorough
@given(ebuild_versions, ebuild_versions)
def test_gentoo_order_is_that_of_portage(left: str, right: str) -> None:
    assert sign(key("ebuild", left), key("ebuild", right)) == SIGNS[gentoo_order(left, right)]


@thorough
@given(gem_versions, gem_versions)
def test_ruby_order_is_that_of_gem_version(left: str, right: str) -> None:
    assert sign(key("rubygems", left), key("rubygems", right)) == SIGNS[compare(gem_version(left), gem_version(right))]
