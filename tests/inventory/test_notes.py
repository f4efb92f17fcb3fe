"""What programs say of their package counts where nothing else does: no OS package owns the file, or is the package."""

import pytest

from hullmark.catalogers import catalogers
from hullmark.inventory.globs import Matcher
from tests.catalogers.cases import FIXTURES
from tests.inventory.stacks import Members, stack, status

NOTED = (FIXTURES / "elf_note" / "systems" / "input" / "usr" / "bin" / "bash").read_bytes()  # fedora's bash 5.2.37-1.fc41
DPKG = "var/lib/dpkg/status"
SYSTEM: Members = {DPKG: status("shell=9"), "var/lib/dpkg/info/shell.list": b"/usr/bin/bash\n"}
WANTING = Matcher(catalogers())

CASES: dict[str, tuple[Members, list[str]]] = {
    "no system at all": ({"usr/bin/bash": NOTED}, ["usr/bin/bash"]),
    "two places": ({"bin/bash": NOTED, "usr/bin/bash": NOTED}, ["usr/bin/bash"]),
    "owned": ({**dict(SYSTEM), "usr/bin/bash": NOTED}, []),
    "owned, and copied elsewhere": ({**dict(SYSTEM), "a/bash": NOTED, "usr/bin/bash": NOTED}, ["a/bash"]),
    "the package is installed, whatever its epoch": ({DPKG: status("bash=1:5.2.37-1.fc41"), "a/bash": NOTED}, []),
    "another version is installed": ({DPKG: status("bash=5.2.37-2.fc41"), "a/bash": NOTED}, ["a/bash"]),
}


@pytest.mark.parametrize("name", CASES)
def test_notes(name: str) -> None:
    layer, places = CASES[name]
    found = stack(layer, wanting=WANTING).packages.to_pylist()
    assert [row["path"] for row in found if row["type"] == "elf"] == places
    assert {row["purl"] for row in found if row["type"] == "elf"} <= {"pkg:elf/fedora/bash@5.2.37-1.fc41"}
