"""Arch keys against pacman's own comparison, the library libalpm."""

from collections.abc import Callable
from ctypes import CDLL

import pytest
from hypothesis import given, settings

from hullmark.versions import key
from tests.versions.material import sign
from tests.versions.strategies import alpm_versions

SIGNS = {-1: "<", 0: "=", 1: ">"}
thorough = settings(max_examples=400, deadline=None)


@pytest.fixture(scope="module")
def vercmp() -> Callable[[bytes, bytes], int]:
    """alpm_pkg_vercmp(3): -1, 0 or 1."""
    try:
        found: Callable[[bytes, bytes], int] = CDLL("libalpm.so.13").alpm_pkg_vercmp
    except OSError:
        pytest.skip("needs pacman's libalpm.so.13 (Debian: pacman-package-manager)")
    return found


@thorough
@given(left=alpm_versions, right=alpm_versions)
def test_order_is_that_of_pacman(vercmp: Callable[[bytes, bytes], int], left: str, right: str) -> None:
    assert sign(key("alpm", left), key("alpm", right)) == SIGNS[vercmp(left.encode(), right.encode())]
