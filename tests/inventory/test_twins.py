"""Programs that are known by their place and have several names: one file, one place."""

import pytest

from tests.inventory.stacks import Members, seen, stack
from tests.layers.tars import Member, hardlink, symlink

PERL, OTHER, THIRD = "usr/bin/perl", "usr/bin/perl5.36.0", "opt/bin/perl"
OLD, NEW = "perl=5.36.0", "perl=5.38.2"
PYTHON = b"\x7fELF\0Python %s\0" + b"3.11.2\0"


def _perl(version: str) -> bytes:
    return f"\x7fELF\0/usr/local/lib/perl5/{version}\0/usr/lib/perl5/{version}\0v{version}\0".encode()


A, B = _perl("5.36.0"), _perl("5.38.2")
IMAGES: dict[str, tuple[list[Members], set[tuple[str, str, int]]]] = {
    "one": ([{PERL: A}], {(PERL, OLD, 0)}),
    "two names": ([{PERL: A, OTHER: hardlink(PERL)}], {(PERL, OLD, 0)}),
    "a name of a name": ([{PERL: A, OTHER: hardlink(PERL), THIRD: hardlink(OTHER)}], {(PERL, OLD, 0)}),
    "a name that stays": ([[(PERL, A), (OTHER, hardlink(PERL)), (PERL, b"")]], {(OTHER, OLD, 0)}),
    "a name that goes": ([[(PERL, A), (OTHER, hardlink(PERL)), (OTHER, b"")]], {(PERL, OLD, 0)}),
    "a name that is another file now": (
        [[(PERL, A), (OTHER, hardlink(PERL)), (OTHER, B)]],
        {(PERL, OLD, 0), (OTHER, NEW, 0)},
    ),
    "the first name removed": ([{PERL: A, OTHER: hardlink(PERL)}, {"usr/bin/.wh.perl": b""}], {(OTHER, OLD, 0)}),
    "the other name removed": ([{PERL: A, OTHER: hardlink(PERL)}, {"usr/bin/.wh.perl5.36.0": b""}], {(PERL, OLD, 0)}),
    "both removed": ([{PERL: A, OTHER: hardlink(PERL)}, {"usr/.wh.bin": b""}], set()),
    "the first name replaced": ([{PERL: A, OTHER: hardlink(PERL)}, {PERL: B}], {(OTHER, OLD, 0), (PERL, NEW, 1)}),
    "two copies": ([{PERL: A, OTHER: A}], {(PERL, OLD, 0), (OTHER, OLD, 0)}),
    "two names of a file at no such place": ([{"a": A, PERL: hardlink("a"), OTHER: hardlink("a")}], {(PERL, OLD, 0)}),
    "names of which one is another program's": ([{PERL: A, "usr/bin/python3.11": hardlink(PERL)}], {(PERL, OLD, 0)}),
    "a link with symbols": ([{PERL: A, OTHER: symlink("perl")}], {(PERL, OLD, 0)}),
}


@pytest.mark.parametrize("name", IMAGES)
def test_one_file_is_one_place(name: str) -> None:
    layers, packages = IMAGES[name]
    assert seen(stack(*layers)) == packages


NUMBERED: list[tuple[list[tuple[str, Member]], int]] = [
    ([("usr/bin/python3.11", PYTHON), ("usr/bin/python3.11m", hardlink("usr/bin/python3.11"))], 1),
    ([("usr/bin/python3.11", PYTHON), ("usr/bin/python3.12", hardlink("usr/bin/python3.11"))], 1),
]


@pytest.mark.parametrize(("members", "count"), NUMBERED)
def test_a_number_in_the_name_counts(members: list[tuple[str, Member]], count: int) -> None:
    assert len(seen(stack(members))) == count
