"""Keys against univers, which carries ports of pacman's, Gentoo's and RubyGems' own comparisons."""

from hypothesis import given, settings
from univers.arch import vercmp as arch_order
from univers.gem import GemVersion
from univers.gentoo import vercmp as gentoo_order

from hullmark.versions import key
from tests.versions.material import sign
from tests.versions.oracles import compare
from tests.versions.strategies import alpm_versions, ebuild_versions, gem_versions

SIGNS = {-1: "<", 0: "=", 1: ">"}
thorough = settings(max_examples=400, deadline=None)


@thorough
@given(alpm_versions, alpm_versions)
def test_arch_order_is_that_of_pacman(left: str, right: str) -> None:
    assert sign(key("alpm", left), key("alpm", right)) == SIGNS[arch_order(left, right)]


@thorough
@given(ebuild_versions, ebuild_versions)
def test_gentoo_order_is_that_of_portage(left: str, right: str) -> None:
    assert sign(key("ebuild", left), key("ebuild", right)) == SIGNS[gentoo_order(left, right)]


@thorough
@given(gem_versions, gem_versions)
def test_ruby_order_is_that_of_gem_version(left: str, right: str) -> None:
    assert sign(key("rubygems", left), key("rubygems", right)) == SIGNS[compare(GemVersion(left), GemVersion(right))]
