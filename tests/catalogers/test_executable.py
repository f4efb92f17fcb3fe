"""Section tables of programs: what they name is found, and what they claim wrongly costs nothing."""

import struct
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers import go_binary, rust_binary
from hullmark.errors import CorruptData
from hullmark.formats.executable import offset_of, regions, section
from hullmark.formats.region import Region
from tests.catalogers.programs import Sections, elf, go_inline, macho, pe

PARTS: Sections = {".text": (0x401000, b"code"), ".data": (0x500000, b"some data here!!")}
MAKERS: dict[str, Callable[[Sections], bytes]] = {"elf": elf, "pe": pe, "macho": macho}
WHOLE = {
    name: make({**PARTS, ".dep-v0": (0x600000, b"no zlib"), ".go": (0x700000, go_inline("go1.22.1", ""))})
    for name, make in MAKERS.items()
}


@pytest.mark.parametrize("kind", MAKERS)
def test_sections_by_name_and_by_address(kind: str) -> None:
    data = MAKERS[kind](PARTS)
    assert (section(data, ".data", 1024) or b"").startswith(b"some data here!!")
    assert section(data, ".none", 1024) is None
    assert section(data, ".data", 3) is None
    at = offset_of(regions(data), 0x500005)
    assert at is not None
    assert data[at : at + 4] == b"data"
    assert offset_of(regions(data), 0x900000) is None


def test_a_universal_file_has_the_sections_of_each_program() -> None:
    part = macho(PARTS)
    header = struct.pack(">4sI", b"\xca\xfe\xba\xbe", 2)
    table = struct.pack(">5I", 7, 3, 64, len(part), 0) + struct.pack(">5I", 7, 3, 64 + len(part), len(part), 0)
    assert [region.name for region in regions((header + table).ljust(64, b"\0") + part * 2)] == [".text", ".data"] * 2


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("cataloger", [go_binary, rust_binary], ids=["go", "rust"])
def test_every_truncation_is_read_or_refused(kind: str, cataloger: object) -> None:
    parse = go_binary.parse if cataloger is go_binary else rust_binary.parse
    for end in range(0, len(WHOLE[kind]), 3):
        with suppress(CorruptData):
            list(parse("a", WHOLE[kind][:end]))


@pytest.mark.parametrize("kind", MAKERS)
@given(at=st.integers(0, 400), value=st.binary(min_size=1, max_size=8))
def test_damaged_tables_are_read_or_refused(kind: str, at: int, value: bytes) -> None:
    data = WHOLE[kind][:at] + value + WHOLE[kind][at + len(value) :]
    with suppress(CorruptData):
        assert all(region.offset + region.size <= len(data) for region in regions(data))
    for parse in (go_binary.parse, rust_binary.parse):
        with suppress(CorruptData):
            list(parse("a", data))


def test_a_table_of_sections_that_all_name_the_table_itself_is_bounded() -> None:
    """65,535 sections of size 0 in the file's one header, each of them the list of names as well."""
    header = struct.pack("<HHIQQQI6H", 2, 62, 1, 0, 0, 64, 0, 64, 56, 0, 1, 0xFFFF, 0)
    data = b"\x7fELF\2\1\1".ljust(16, b"\0") + header + b"\0" * 70_000
    began = time.process_time()
    assert rust_binary.parse("a", data) is not None
    assert len(regions(data)) <= 0xFFFF
    assert not list(go_binary.parse("a", data))
    assert time.process_time() - began < 20


def test_more_load_commands_than_any_program_has_are_refused() -> None:
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 7, 3, 2, 0xFFFFFFFF, 0, 0, 0)
    with pytest.raises(CorruptData, match="more than 65536"):
        regions(header + b"\0" * 1000)


def test_an_address_of_no_region_is_none() -> None:
    assert offset_of([Region("a", 0, 16, 0), Region("b", 16, 16, 0x1000)], 8) is None
