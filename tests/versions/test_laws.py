"""Our own chains `a < b = c`, and the versions that each scheme refuses."""

from itertools import product

import pytest

from hullmark.errors import InvalidVersion
from hullmark.versions import key, schemes
from tests.versions.material import chains, refused_versions, sign

EMPTY_IS_A_VERSION = {"rpm", "rubygems"}  # as rpmvercmp and Gem::Version have it


@pytest.mark.parametrize("scheme", schemes())
def test_chains_hold_for_every_pair(scheme: str) -> None:
    pairs = 0
    for chain in chains(scheme):
        for (left, low), (right, high) in product(chain, repeat=2):
            wanted = "<" if low < high else ">" if low > high else "="
            assert sign(key(scheme, left), key(scheme, right)) == wanted, (left, wanted, right)
            pairs += 1
    assert pairs > 20


@pytest.mark.parametrize("scheme", schemes())
def test_what_a_scheme_does_not_allow_is_refused_in_one_sentence(scheme: str) -> None:
    refused = refused_versions(scheme)
    never = [" ", "\n", "\x00"] if scheme in EMPTY_IS_A_VERSION else ["", " ", "\n", "\x00"]
    for version in [*never, *refused]:
        with pytest.raises(InvalidVersion) as caught:
            key(scheme, version)
        message = str(caught.value)
        assert message.startswith(repr(version)), version
        assert "; correct it" in message
    assert refused
