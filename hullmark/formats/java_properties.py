"""Java's .properties (java.util.Properties.load): keys and values, with comments, escapes and continued lines."""

import re

MOST_BYTES = 64 * 1024

_CONTINUED = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:\r\n|\r|\n)[ \t\f]*")
_PAIR = re.compile(r"((?:[^\\=: \t\f]|\\.)+)[ \t\f]*[=:]?[ \t\f]*(.*)")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def parse(data: bytes) -> dict[str, str]:
    """Each key's last value, trailing blanks removed; of the first 64 KiB. The text is Latin-1, as Java reads it."""
    text = _CONTINUED.sub(r"\1", data[:MOST_BYTES].decode("latin-1"))
    pairs = {}
    for line in re.split(r"[\r\n]+", text):
        found = _PAIR.match(line.lstrip(" \t\f"))
        if found and found[1][0] not in "#!":
            pairs[_ESCAPE.sub(_unescaped, found[1])] = _ESCAPE.sub(_unescaped, found[2].rstrip())
    return pairs


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    return chr(int(escape[1:], 16)) if len(escape) == 5 else _CONTROL.get(escape, escape)
