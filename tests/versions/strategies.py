"""Hypothesis: versions as each ecosystem writes them, small numbers and few words so that pairs come close to each other."""

from hypothesis import strategies as st

numbers = st.one_of(st.integers(0, 12).map(str), st.sampled_from(["00", "01", "010", "99", "100", "9" * 40]))
dotted = st.lists(numbers, min_size=1, max_size=4).map(".".join)
_epochs = st.sampled_from(["", "", "", "0:", "1:", "12:"])


def _joined(pieces: list[str], most: int = 6) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(numbers, st.sampled_from(pieces)), min_size=1, max_size=most).map("".join)


def _optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), strategy)


rpm_parts = _joined([*"~^._+aAz", "rc", "el9", "git"])
rpm_versions = st.builds("{}{}{}".format, _epochs, rpm_parts, _optional(rpm_parts.map("-{}".format)))
# what ends in separators has no place in pacman's order (hullmark/versions/alpm.py)
alpm_parts = st.builds("{}{}".format, dotted, _optional(_joined(["a", "rc", "beta", "git", ".r", "_", ".a", "."], 3))).map(
    lambda part: part.rstrip("._")
)
alpm_versions = st.builds("{}{}{}".format, _epochs, alpm_parts, numbers.map("-{}".format))
# univers follows pkgcore, not the specification, in a first number with zeros before it and in _p without a number
_ebuild_suffixes = st.one_of(
    st.builds("_{}{}".format, st.sampled_from(["alpha", "beta", "pre", "rc"]), _optional(numbers)),
    st.integers(1, 12).map("_p{}".format),
)
ebuild_versions = st.builds(
    "{}{}{}{}{}".format, st.integers(0, 3), _optional(dotted.map(".{}".format)), st.sampled_from(["", "", "a", "b"]),
    st.lists(_ebuild_suffixes, max_size=2).map("".join), _optional(numbers.map("-r{}".format)),
)  # fmt: skip
gem_versions = st.builds(
    "{}{}".format,
    dotted,
    st.lists(st.one_of(numbers, st.sampled_from(["a", "rc1", "beta", "Z", "pre"])), max_size=3).map(
        lambda parts: "".join(f".{part}" for part in parts)
    ),
)
_qualifiers = st.sampled_from(
    ["alpha", "beta", "M", "rc", "cr", "SNAPSHOT", "Final", "ga", "sp", "jre", "android", "v", "x"]
)
maven_versions = st.builds(
    "{}{}{}{}".format, dotted, _optional(st.builds("{}{}".format, st.sampled_from(["", ".", "-"]), _qualifiers)),
    _optional(st.builds("{}{}".format, st.sampled_from(["", "-"]), numbers)),
    _optional(st.builds("-{}".format, _qualifiers)),
)  # fmt: skip
identifiers = st.text("019aAzZ-", min_size=1, max_size=4)
prereleases = st.lists(identifiers, min_size=1, max_size=3).map(".".join)
small = st.integers(0, 3).map(str)
semver_versions = st.builds(
    "{}.{}.{}{}".format, small, small, small, _optional(prereleases.map("-{}".format))
)  # fmt: skip
