"""The patterns of software on the real programs of Debian: `python -m bench.software_patterns FOLDER [PACKAGE...]`.

Each package is fetched and unpacked below FOLDER (`apt-get download`, `dpkg-deb -x`), each file that a pattern wants
is read whole, and the version is compared with the package's own upstream version. Prints a line a find, and the
patterns that found nothing.
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
    "apache2-bin", "bash", "busybox", "busybox-static", "curl", "elixir", "erlang-base", "ffmpeg", "git", "golang-1.19-go",
    "haproxy", "libapache2-mod-php8.2", "libcurl3-gnutls", "libcurl4", "libexpat1", "libnode108", "libperl5.36",
    "libpython3.11", "libruby3.1", "libsqlite3-0", "libssl3", "libstd-rust-1.63", "lighttpd", "lua5.1", "lua5.3", "lua5.4",
    "mariadb-client-core", "mariadb-server-core", "mediawiki", "memcached", "nginx", "nginx-extras", "nginx-light", "nodejs",
    "openssl", "perl-base", "pgbouncer", "php8.2-cgi", "php8.2-cli", "php8.2-fpm", "phpmyadmin", "postgresql-15",
    "proftpd-core", "pypy3", "pypy3-lib", "python3.11-minimal", "rabbitmq-server", "redis-server", "redis-tools", "ruby3.1",
    "slapd", "tomcat10-docs", "unbound", "varnish", "wordpress", "xz-utils", "zlib1g", "zstd",
)  # fmt: skip
_UPSTREAM = re.compile(r"(?:\d+:)?(.*?)(?:-[^-]*)?")


def main() -> None:
    """Fetch what is missing, try all, print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("packages", nargs="*", metavar="PACKAGE")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for package in given.packages or PACKAGES:
        for root in _unpacked(package, given.folder):
            for line, name in _finds(root):
                seen.add(name)
                print(f"{package}: {line}")
    print("not found in any: " + ", ".join(sorted({item.name for item in patterns()} - seen)))


def _unpacked(package: str, folder: Path) -> Iterator[Path]:
    """The folder in which a package lies; none when it cannot be had."""
    if not list(folder.glob(f"{package}_*.deb")):
        done = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{package}: cannot be had ({done.stderr.strip().splitlines()[-1:]})", file=sys.stderr)
    for archive in folder.glob(f"{package}_*.deb"):
        root = folder / archive.stem
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["dpkg-deb", "-x", archive, root], check=True)
        yield root
        shutil.rmtree(root)


def _finds(root: Path) -> Iterator[tuple[str, str]]:
    """(what was found and whether it is the package's version, name of the software)."""
    stated = _UPSTREAM.fullmatch(root.name.split("_")[1].replace("%3a", ":"))
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
