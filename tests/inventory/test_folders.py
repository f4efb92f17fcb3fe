"""Folders that are packages by their names: a Nix store without its database, and one with it."""

from tests.catalogers.cases import FIXTURES
from tests.inventory.stacks import Members, removed, seen, stack

HASH = "h0cnbmfcn93xm5dg2x27ixhag1cwndga"
GLIBC, LIB, HELLO = (f"nix/store/{HASH}-{name}" for name in ("glibc-2.38-44", "glibc-2.38-44-bin", "hello-2.12.1"))
STORE: Members = {"nix": None, "nix/store": None, GLIBC: None, f"{GLIBC}/lib/libc.so.6": b"x", LIB: None, HELLO: None}
DATABASE = (FIXTURES / "nix" / "store" / "input" / "nix" / "var" / "nix" / "db" / "db.sqlite").read_bytes()


def test_outputs_of_one_package_are_one() -> None:
    assert seen(stack(STORE)) == {(LIB, "glibc=2.38-44", 0), (HELLO, "hello=2.12.1", 0)}


def test_a_folder_that_a_later_layer_states_again_came_with_the_first() -> None:
    assert (HELLO, "hello=2.12.1", 0) in seen(stack(STORE, {HELLO: None, f"{HELLO}/bin/new": b"x"}))


def test_a_folder_that_a_later_layer_hides_is_removed() -> None:
    hidden = stack(STORE, {f"nix/store/.wh.{HASH}-hello-2.12.1": b""})
    assert seen(hidden) == {(LIB, "glibc=2.38-44", 0)}
    assert removed(hidden) == {(HELLO, "hello=2.12.1", 0, 1)}
    replaced = stack(STORE, {HELLO: b"a file"})
    assert seen(replaced) == {(LIB, "glibc=2.38-44", 0)}


def test_a_package_of_which_one_output_is_left_is_not_removed() -> None:
    left = stack(STORE, {f"nix/store/.wh.{HASH}-glibc-2.38-44-bin": b""})
    assert seen(left) == {(GLIBC, "glibc=2.38-44", 0), (HELLO, "hello=2.12.1", 0)}
    assert not removed(left)


def test_what_the_database_lists_is_listed_once() -> None:
    path = "nix/var/nix/db/db.sqlite"
    rows = seen(stack(STORE, {path: DATABASE}))
    assert (path, "glibc=2.38-44", 1) in rows
    assert (HELLO, "hello=2.12.1", 0) in rows
    assert [name for _, name, _ in rows].count("glibc=2.38-44") == 1


def test_files_in_the_store_are_not_read() -> None:
    assert not seen(stack({f"nix/store/{HASH}-hello-2.12.1": b"x" * 100}))
