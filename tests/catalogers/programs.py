"""Small programs made by hand: ELF, PE and Mach-O files with the sections that a test wants, and Go's build information."""

import struct

Sections = dict[str, tuple[int, bytes]]  # name: address, content

MODULES_MARK = bytes.fromhex("3077af0c9274080241e1c107e6d618e6"), bytes.fromhex("f932433186182072008242104116d8f2")


def elf(sections: Sections, wide: bool = True, order: str = "<") -> bytes:
    """An ELF file of section headers alone, each section aligned to 16 bytes."""
    sections = {**sections, ".shstrtab": (0, b"")}
    names = b"\0" + b"".join(name.encode() + b"\0" for name in sections)
    sections[".shstrtab"] = (0, names)
    body, headers = b"\0" * 64, b"\0" * (64 if wide else 40)
    for name, (address, content) in sections.items():
        body += b"\0" * (-len(body) % 16)
        facts = (1, 0, address, len(body), len(content))
        at = names.index(b"\0" + name.encode() + b"\0") + 1
        headers += struct.pack(order + ("IIQQQQ24x" if wide else "IIIIII16x"), at, *facts)
        body += content
    body += b"\0" * (-len(body) % 16)
    count, size = len(sections) + 1, 64 if wide else 40
    start = struct.pack(
        order + ("HHIQQQI6H" if wide else "HHIIIII6H"), 2, 62, 1, 0, 0, len(body), 0, 64, 56, 0, size, count, count - 1
    )
    identity = b"\x7fELF" + (b"\2" if wide else b"\1") + (b"\1" if order == "<" else b"\2") + b"\1" + b"\0" * 9
    return identity + start + body[16 + len(start) :] + headers


def pe(sections: Sections, base: int = 0x400000) -> bytes:
    """A PE32+ file; addresses are absolute."""
    optional = struct.pack("<H22xQ", 0x20B, base)
    at = 0x80 + 24 + len(optional) + 40 * len(sections)
    table, body = b"", b""
    for name, (address, content) in sections.items():
        padded = content + b"\0" * (-len(content) % 16)
        offset = at + -at % 16 + len(body)
        table += struct.pack("<8sIIII16x", name.encode(), len(padded), address - base, len(padded), offset)
        body += padded
    start = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0)
    return (start.ljust(0x80, b"\0") + header + optional + table).ljust(at + -at % 16, b"\0") + body


def macho(sections: Sections) -> bytes:
    """A 64-bit Mach-O file with one segment."""
    size = 72 + 80 * len(sections)
    at = 32 + size + -(32 + size) % 16
    table, body = b"", b""
    for name, (address, content) in sections.items():
        table += struct.pack(
            "<16s16sQQIIIIIII4x", name.encode(), b"__DATA", address, len(content), at + len(body), 0, 0, 0, 0, 0, 0
        )
        body += content + b"\0" * (-len(content) % 16)
    segment = struct.pack("<II16sQQQQIIII", 0x19, size, b"__DATA", 0, 0, 0, 0, 0, 0, len(sections), 0)
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x01000007, 3, 2, 1, size, 0, 0)
    return (header + segment + table).ljust(at, b"\0") + body


def go_inline(release: str, modules: str) -> bytes:
    """Go's build information since 1.18."""
    texts = [release.encode(), MODULES_MARK[0] + modules.encode() + MODULES_MARK[1] if modules else b""]
    return (b"\xff Go buildinf:\x08\x02").ljust(32, b"\0") + b"".join(_varint(len(text)) + text for text in texts)


def go_pointers(release: str, modules: str, address: int, pointer: int = 8, order: str = "<") -> bytes:
    """Go's build information before 1.18, with the texts that it points to, for a section at `address`."""
    word = "I" if pointer == 4 else "Q"
    texts = [release.encode(), MODULES_MARK[0] + modules.encode() + MODULES_MARK[1]]
    first, second, text = address + 32, address + 32 + 2 * pointer, address + 32 + 4 * pointer
    head = b"\xff Go buildinf:" + bytes([pointer, int(order == ">")]) + struct.pack(order + word * 2, first, second)
    strings = struct.pack(order + word * 4, text, len(texts[0]), text + len(texts[0]), len(texts[1]))
    return head.ljust(32, b"\0") + strings + b"".join(texts)


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])
