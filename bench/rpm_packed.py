"""A root of real programs under a real rpm database: Debian's packages, packed as rpms and put there by `rpm --root`.

No repository of an rpm distribution can be reached. Names, sources, files and licences are Debian's; versions are theirs in
rpm's form (`1:2.36.1-8+deb11u1` is epoch 1, version 2.36.1, release 8+deb11u1), and the files lie where AlmaLinux has them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from hullmark.catalogers.dpkg import parse
from hullmark.formats.debian_copyright import licence_of
from hullmark.model import Package

PRETTY_NAME = "AlmaLinux 9.4 (Seafoam Ocelot)"
RELEASES = {
    "usr/lib/os-release": f'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="{PRETTY_NAME}"\n',
    "etc/almalinux-release": f"{PRETTY_NAME.replace(' ', ' release ', 1)}\n",
}
DEBIAN = {"etc/debian_version", "etc/os-release", "etc/issue", "etc/issue.net", *RELEASES}  # what would say another name
MERGED = ("bin", "sbin", "lib", "lib64")  # links into /usr, as both have them
MOVED = (("usr/lib/x86_64-linux-gnu", "usr/lib64"), ("usr/lib/python3/dist-packages", "usr/lib/python3.11/site-packages"))

Run = Callable[..., None]

# The vendor is one of those by whose file lists Trivy goes.
_SPEC = """
%define __os_install_post %{nil}
%define __check_files %{nil}
%define debug_package %{nil}
%define _build_id_links none
%define _binary_payload w.ufdio
%define _unpackaged_files_terminate_build 0
Vendor: AlmaLinux
"""
# What a package needs is not looked for: that takes longer than all the rest, and no scanner asks for it.
_TAGS = """{epoch}Version: {version}
Release: {release}
License: {licence}
Summary: {name} of Debian
AutoReqProv: no
"""
_GLOB = re.compile(r"([\[?*{\\])")


def install(debian: Path, root: Path, run: Run) -> None:
    """Fill `root` with the release file, the files and the database of the packages of a Debian root, which is used up.

    `run` runs a program.
    """
    work = root.with_name("rpmbuild")
    work.mkdir()
    lists = {package: tuple(_paths(debian, package)) for package in _installed(debian)}
    for place, other in MOVED:
        _move(debian / place, debian / other)
    sources = defaultdict(list)
    for package in lists:
        sources[package.source_name or package.name].append(package)
    for source, packages in sources.items():
        spec = work / f"{source}.spec"
        spec.write_text("".join(_spec(source, packages, lists, debian)), encoding="utf-8")
        run("rpmbuild", "--quiet", "-bb", "--noclean", "--define", f"_topdir {work}", "--buildroot", debian, spec)
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    options = ("--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", "--noscripts", "--replacefiles")
    run("rpm", "-i", *options, *sorted(work.rglob("*.rpm")))
    for path, text in RELEASES.items():
        (root / path).write_text(text, encoding="utf-8")
    (root / "etc" / "os-release").symlink_to("../usr/lib/os-release")


def moved(path: str) -> str:
    """Where AlmaLinux has a file that Debian has at `path`, without a leading slash."""
    path = f"usr/{path}" if path.partition("/")[0] in MERGED else path
    place, other = next((pair for pair in MOVED if path.startswith(f"{pair[0]}/")), ("", ""))
    return other + path.removeprefix(place)


def tags(package: Package, licence: str) -> str:
    """The tags of a Debian package in a spec; what rpm forbids in a version becomes a dot."""
    epoch, _, rest = package.version.rpartition(":")
    upstream, _, revision = rest.rpartition("-")
    return _TAGS.format(
        name=package.name,
        epoch=f"Epoch: {epoch}\n" if epoch else "",
        version=(upstream or rest).replace("-", "."),
        release=revision if upstream else "1",
        licence=licence or "unknown",
    )


def _installed(debian: Path) -> list[Package]:
    status = debian / "var" / "lib" / "dpkg" / "status"
    return [found for found in parse("var/lib/dpkg/status", status.read_bytes()) if isinstance(found, Package)]


def _paths(debian: Path, package: Package) -> Iterator[str]:
    """Where the package's files will be that are there, none twice; no folders."""
    info = debian / "var" / "lib" / "dpkg" / "info"
    listed = info / f"{package.name}.list"
    listed = listed if listed.exists() else info / f"{package.name}:{package.arch}.list"
    for path in (line[1:] for line in listed.read_text(encoding="utf-8").splitlines()):
        if path not in {*MERGED, *DEBIAN} and ((debian / path).is_symlink() or (debian / path).is_file()):
            yield moved(path)


def _move(place: Path, other: Path) -> None:
    other.mkdir(exist_ok=True)
    for entry in place.iterdir():
        entry.replace(other / entry.name)


def _spec(source: str, packages: Sequence[Package], lists: dict[Package, tuple[str, ...]], debian: Path) -> Iterator[str]:
    """One spec a source package; a binary of its name is the spec's main package, else that is never packed."""
    main = next((package for package in packages if package.name == source), None)
    yield f"Name: {source}\n{tags(main or packages[0], _licence(debian, main or packages[0]))}{_SPEC}"
    yield f"%description\n{source} of Debian\n"
    for package in packages:
        named = "" if package is main else f"-n {package.name}"
        if package is not main:
            yield f"%package {named}\n{tags(package, _licence(debian, package))}"
            yield f"%description {named}\n{package.name} of Debian\n"
        yield f"%files {named}\n%defattr(-,root,root)\n"
        yield from _files(lists[package])


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in sorted(set(paths)):
        escaped = _GLOB.sub(r"[\1]", path).replace("%", "%%")
        yield f'"/{escaped}"\n'


def _licence(debian: Path, package: Package) -> str:
    stated = debian / "usr" / "share" / "doc" / package.name / "copyright"
    return licence_of(stated.read_bytes()) if stated.is_file() else ""
