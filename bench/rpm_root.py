"""A root file system with a real rpm database: packages made by rpmbuild, put there by `rpm --root`.

The packages are empty but for their file lists, since no repository of a distribution can be reached; names, epochs and
versions are of every kind that rpm allows.
"""

from collections.abc import Callable
from pathlib import Path

COUNT = 200  # packages
FILES = 60  # of each
RELEASE = 'ID="almalinux"\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4 (Seafoam Ocelot)"\n'
VERSIONS = ("1.0", "2.36~rc1", "20240101", "3.0.7^git1", "5.32.1")

Run = Callable[..., None]

_SPEC = """
Name: base
Version: 1.0
Release: 1.el9
Summary: made for a benchmark
License: MIT
Vendor: Example
BuildArch: noarch
%description
made for a benchmark
%install
for package in $(seq {count}); do
  mkdir -p %{{buildroot}}/usr/share/package-$package
  for file in $(seq {files}); do echo $file > %{{buildroot}}/usr/share/package-$package/file-$file; done
done
%files
"""
_PART = """
%package -n package-{number}
Summary: made for a benchmark
Version: {version}
{epoch}
%description -n package-{number}
made for a benchmark
%files -n package-{number}
/usr/share/package-{number}
"""


def install(root: Path, run: Run) -> None:
    """Fill `root`: the release file, the files and the database of COUNT packages; `run` runs a program."""
    work = root.with_name("rpmbuild")
    work.mkdir()
    parts = (
        _PART.format(
            number=number, version=VERSIONS[number % len(VERSIONS)], epoch="" if number % 7 else f"Epoch: {number % 3 + 1}"
        )
        for number in range(1, COUNT + 1)
    )
    spec = work / "base.spec"
    spec.write_text(_SPEC.format(count=COUNT, files=FILES) + "".join(parts), encoding="utf-8")
    run("rpmbuild", "--quiet", "-bb", "--define", f"_topdir {work}", spec)
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "etc" / "os-release").write_text(RELEASE, encoding="utf-8")
    options = ("--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", "--noscripts", "--ignorearch", "--ignoreos")
    run("rpm", "-i", *options, *sorted(work.rglob("*.rpm")))
