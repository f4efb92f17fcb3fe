"""Hypothesis: keys order as the ecosystem's own implementation does, or as an oracle written from its specification."""

from functools import cmp_to_key

from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.version import InvalidVersion as PackagingInvalid
from packaging.version import Version

from hullmark.errors import InvalidVersion
from hullmark.versions import key, schemes
from tests.versions.material import sign
from tests.versions.oracles import apk_order, compare, dpkg_order, legacy_parts, semver_order

SIGNS = {-1: "<", 0: "=", 1: ">"}
SUFFIXES = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"]
thorough = settings(max_examples=400, deadline=None)
brief = settings(max_examples=100, deadline=None)

LOWEST_PEP440 = key("pep440", "0.dev0")


def _is_legacy(version: str) -> bool:
    return key("pep440", version) < LOWEST_PEP440


numbers = st.one_of(st.integers(0, 12).map(str), st.sampled_from(["00", "01", "010", "99", "100", "9" * 40, "1" + "0" * 40]))
dpkg_part = st.lists(st.one_of(numbers, st.sampled_from([*"~+.aAzZ", "rc", "~~"])), min_size=1, max_size=6).map("".join)
dpkg_versions = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "0:", "1:", "12:"]),
    dpkg_part,
    st.one_of(st.just(""), dpkg_part.map("-{}".format)),
)
pep440_versions = st.from_regex(
    r"\A(?:v)?(?:[0-2]!)?[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}(?:[-_.]?(?:a|alpha|b|beta|c|rc|pre|preview)[-_.]?[0-9]{0,2})?"
    r"(?:-[0-9]{1,2}|[-_.]?(?:post|rev|r)[-_.]?[0-9]{0,2})?(?:[-_.]?dev[-_.]?[0-9]{0,2})?"
    r"(?:\+[a-z0-9]{1,3}(?:[-_.][a-z0-9]{1,3}){0,2})?\Z"
)
LEGACY_PIECES = [*"0129.-_pq+@", "10", "00", "rc", "pre", "dev", "final", "post", "svn", "00000000", "trunk"]
legacy_versions = st.lists(st.sampled_from(LEGACY_PIECES), min_size=1, max_size=7).map("".join).filter(_is_legacy)
identifiers = st.text("019aAzZ-", min_size=1, max_size=4)
prereleases = st.lists(identifiers, min_size=1, max_size=3).map(".".join)
semver_versions = st.builds(
    "{}.{}.{}{}{}".format, numbers, numbers, numbers,
    st.one_of(st.just(""), prereleases.map("-{}".format)), st.one_of(st.just(""), prereleases.map("+{}".format)),
)  # fmt: skip
apk_suffixes = st.lists(
    st.builds("_{}{}".format, st.sampled_from(SUFFIXES), st.one_of(st.just(""), numbers)),
    max_size=2,
).map("".join)
apk_numbers = st.lists(numbers, min_size=1, max_size=4).map(".".join)
apk_versions = st.builds(
    "{}{}{}{}{}".format, apk_numbers, st.sampled_from(["", "a", "b"]), apk_suffixes,
    st.sampled_from(["", "~12", "~1f", "~120"]), st.one_of(st.just(""), numbers.map("-r{}".format)),
)  # fmt: skip


@thorough
@given(pep440_versions, pep440_versions)
@example("1.0", "1.0.0+0")
def test_python_order_is_that_of_packaging(left: str, right: str) -> None:
    assert sign(key("pep440", left), key("pep440", right)) == SIGNS[compare(Version(left), Version(right))]


@brief
@given(st.lists(pep440_versions, max_size=12))
def test_python_lists_sort_as_packaging_sorts_them(versions: list[str]) -> None:
    assert sorted(versions, key=lambda version: key("pep440", version)) == sorted(versions, key=Version)


@thorough
@given(st.one_of(st.text("0123.!+-_ abcdeoprstv\n", max_size=12), st.text(max_size=8), pep440_versions.map(" {}".format)))
def test_python_takes_for_pep_440_exactly_what_packaging_takes(version: str) -> None:
    try:
        Version(version)
        allowed = True
    except PackagingInvalid:
        allowed = False
    try:
        assert (key("pep440", version) >= LOWEST_PEP440) == allowed
    except InvalidVersion:
        assert not allowed


@thorough
@given(legacy_versions, legacy_versions)
def test_versions_from_before_pep_440_order_as_setuptools_did(left: str, right: str) -> None:
    assert sign(key("pep440", left), key("pep440", right)) == SIGNS[compare(legacy_parts(left), legacy_parts(right))]


@thorough
@given(dpkg_versions, dpkg_versions)
def test_debian_order_is_that_of_the_manual(left: str, right: str) -> None:
    assert sign(key("dpkg", left), key("dpkg", right)) == SIGNS[dpkg_order(left, right)]


@thorough
@given(semver_versions, semver_versions)
def test_semantic_order_is_that_of_the_specification(left: str, right: str) -> None:
    assert sign(key("semver", left), key("semver", right)) == SIGNS[semver_order(left, right)]
    assert sign(key("golang", f"v{left}"), key("golang", right)) == SIGNS[semver_order(left, right)]
    assert sign(key("npm", left), key("npm", right)) == SIGNS[semver_order(left, right, zeros=True)]


@thorough
@given(apk_versions, apk_versions)
def test_alpine_order_is_that_of_the_manual(left: str, right: str) -> None:
    assert sign(key("apk", left), key("apk", right)) == SIGNS[apk_order(left, right)]


@brief
@given(st.lists(apk_versions, max_size=20), st.lists(dpkg_versions, max_size=20))
def test_lists_sort_as_the_oracles_sort_them(alpine: list[str], debian: list[str]) -> None:
    assert sorted(alpine, key=lambda version: key("apk", version)) == sorted(alpine, key=cmp_to_key(apk_order))
    assert sorted(debian, key=lambda version: key("dpkg", version)) == sorted(debian, key=cmp_to_key(dpkg_order))


@thorough
@given(st.text(max_size=30), st.sampled_from(sorted(schemes())))
def test_any_text_has_a_key_or_is_refused(version: str, scheme: str) -> None:
    try:
        assert key(scheme, version)
    except InvalidVersion as error:
        assert repr(version) in str(error)
