"""The main section of META-INF/MANIFEST.MF (JAR file specification, "Manifest Specification")."""

import re

MOST_BYTES = 256 * 1024  # of the main section; OSGi's package lists are long

_CONTINUED = re.compile(rb"(?:\r\n|\n|\r) ")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_PAIR = re.compile(rb"^([A-Za-z0-9][A-Za-z0-9_-]{0,69}): ?([^\r\n]*)", re.MULTILINE)


def parse(data: bytes) -> dict[str, str]:
    """Each header of the main section by its name in lower case, lines joined, blanks at the ends removed."""
    head = data[:MOST_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    end = _BLANK_LINE.search(head)
    section = _CONTINUED.sub(b"", head[: end.start()] if end else head).replace(b"\r", b"\n")
    return {name.decode("ascii").lower(): value.decode("utf-8", "replace").strip() for name, value in _PAIR.findall(section)}
