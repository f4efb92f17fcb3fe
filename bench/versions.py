"""Version keys a second, scheme by scheme, beside `packaging.version.Version`; `python -m bench.versions` prints the table.

Each scheme gets COUNT distinct versions as its ecosystem writes them, made from a fixed seed. "cold/s" is the first pass
with empty caches of pieces, "warm/s" the best of ROUNDS passes after it; seconds of one processor. "sort" sorts the finished
keys. The ratio compares making (warm) and sorting with packaging's on the PEP 440 list of the same length, in the same run.
"real/s" is the best of ROUNDS passes with empty caches over the "real" distinct versions that advisories in ../shared name.
"""

import gc
import random
import sys
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

from packaging.version import Version

from bench.real_versions import real_versions
from hullmark.errors import InvalidVersion
from hullmark.versions import schemes
from hullmark.versions._encoding import Pieces

COUNT = 200_000
ROUNDS = 3
LEAST_REAL = 50  # fewer versions say nothing about speed

Make = Callable[[random.Random], str]


def _numbers(rng: random.Random, most: int = 3) -> str:
    return ".".join(str(int(rng.paretovariate(0.7)) % 3000) for _ in range(rng.randint(2, most)))


def _dpkg(rng: random.Random) -> str:
    epoch = rng.choice(["", "", "", "1:", "2:"])
    upstream = _numbers(rng) + rng.choice(["", "", "", "+dfsg", "~rc1", "+git20230405", "a"])
    return f"{epoch}{upstream}-{rng.randint(0, 12)}{rng.choice(['', 'ubuntu0.1', '+deb12u1', '+b1', '~bpo11+1'])}"


def _apk(rng: random.Random) -> str:
    return f"{_numbers(rng)}{rng.choice(['', '', '', '_rc1', '_p2', '_git20230405', 'a'])}-r{rng.randint(0, 20)}"


def _pep440(rng: random.Random) -> str:
    return _numbers(rng, 4) + rng.choice(["", "", "", "rc1", "b2", ".post1", ".dev20230405", "+cu118"])


def _semver(rng: random.Random) -> str:
    numbers = f"{rng.randint(0, 30)}.{rng.randint(0, 99)}.{rng.randint(0, 999)}"
    return numbers + rng.choice(["", "", "", "", "-rc.1", "-beta.12", "-alpha", "+build.5"])


def _golang(rng: random.Random) -> str:
    pseudo = f"-{rng.randint(2015, 2026)}0{rng.randint(1, 9)}1512{rng.randint(1000, 5959)}-{rng.getrandbits(48):012x}"
    return f"v{_semver(rng)}" if rng.random() < 0.7 else f"v0.0.0{pseudo}"


def _maven(rng: random.Random) -> str:
    return _numbers(rng, 4) + rng.choice(["", "", "", ".Final", "-jre", "-alpha-1", ".RC1", "-M2", ".1.Final", "-SNAPSHOT"])


def _packagist(rng: random.Random) -> str:
    return rng.choice(["", "v"]) + _numbers(rng, 4) + rng.choice(["", "", "", "-beta1", "-RC2", "-p1", "-alpha.3"])


def _rpm(rng: random.Random) -> str:
    epoch = rng.choice(["", "", "", "0:", "1:"])
    dist = rng.choice(["el8", "el9_4", "amzn2023.0.1", "fc40", "module+el8.9.0+1420"])
    return f"{epoch}{_numbers(rng)}{rng.choice(['', '', '', '~rc1', '^git2023', 'p1'])}-{rng.randint(0, 300)}.{dist}"


def _rubygems(rng: random.Random) -> str:
    return _numbers(rng, 4) + rng.choice(["", "", "", "", ".rc1", ".beta2", ".pre.3"])


def _alpm(rng: random.Random) -> str:
    epoch = rng.choice(["", "", "", "1:", "2:"])
    return f"{epoch}{_numbers(rng)}{rng.choice(['', '', '', 'rc1', '.r12.g1a2b3c4', '+2+gabcdef0'])}-{rng.randint(1, 9)}"


def _ebuild(rng: random.Random) -> str:
    return (
        _numbers(rng, 4)
        + rng.choice(["", "", "", "_rc1", "_p20230405", "_beta2", "a"])
        + rng.choice(["", "", "-r1", "-r12"])
    )


def _bitnami(rng: random.Random) -> str:
    return f"{_numbers(rng, 3)}-{rng.randint(0, 40)}"


def _plain(rng: random.Random) -> str:
    return _numbers(rng, 4)


SAMPLES: dict[str, Make] = {
    "alpm": _alpm,
    "bitnami": _bitnami,
    "conda": _pep440,
    "cran": _plain,
    "ebuild": _ebuild,
    "generic": _semver,
    "hackage": _plain,
    "pub": _semver,
    "apk": _apk,
    "dpkg": _dpkg,
    "golang": _golang,
    "maven": _maven,
    "npm": _semver,
    "nuget": _semver,
    "packagist": _packagist,
    "pep440": _pep440,
    "rpm": _rpm,
    "rubygems": _rubygems,
    "semver": _semver,
}


def distinct(make: Make, count: int) -> list[str]:
    """`count` different versions, the same ones in every run, in no order."""
    rng = random.Random(17)  # noqa: S311  # sample data
    found: dict[str, None] = {}
    while len(found) < count:
        found[make(rng)] = None
    return list(found)


def seconds(make: Callable[[str], Any], versions: Sequence[str]) -> tuple[float, float]:
    """The seconds to make the keys of the versions and to sort them."""
    started = process_time()
    made = [make(version) for version in versions]
    between = process_time()
    made.sort()
    return between - started, process_time() - between


def main() -> None:
    """Print the table; one run, read as +-20 %."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    print(f"{count} distinct versions a scheme, Python {sys.version.split()[0]}")
    print(
        f"{'scheme':<10}{'cold/s':>11}{'warm/s':>11}{'make s':>9}{'sort s':>9}{'x packaging':>13}{'real':>9}{'real/s':>11}"
    )
    real = real_versions()
    reference = _row("packaging", Version, distinct(_pep440, count), None, [])
    for name, scheme in schemes().items():
        allowed = [version for version in real.get(name, []) if _allowed(scheme.key, version)]
        _row(name, scheme.key, distinct(SAMPLES[name], count), reference, allowed)


def _allowed(make: Callable[[str], Any], version: str) -> bool:
    try:
        return bool(make(version))
    except InvalidVersion:
        return False


def _forget() -> None:
    """Empty every cache of pieces, as in a new process."""
    for one in gc.get_objects():
        if isinstance(one, Pieces):
            one.clear()


def _cold(make: Callable[[str], Any], versions: Sequence[str]) -> float:
    _forget()
    return seconds(make, versions)[0]


def _row(
    name: str, make: Callable[[str], Any], versions: Sequence[str], reference: float | None, real: Sequence[str]
) -> float:
    """Print one line; returns the seconds of making and sorting."""
    cold = _cold(make, versions)
    making, sorting = min((seconds(make, versions) for _ in range(ROUNDS)), key=sum)
    count, total = len(versions), making + sorting
    ratio = (reference or total) / total
    line = f"{name:<10}{count / cold:>11,.0f}{count / making:>11,.0f}{making:>9.3f}{sorting:>9.3f}{ratio:>13.1f}"
    if len(real) >= LEAST_REAL:
        line += f"{len(real):>9,}{len(real) / min(_cold(make, real) for _ in range(ROUNDS)):>11,.0f}"
    print(line)
    return total


if __name__ == "__main__":
    main()
