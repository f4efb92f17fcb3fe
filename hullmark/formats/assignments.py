"""Shell-like `KEY=value` lines, as in os-release(5) and lsb-release: quotes and escapes, no expansion, nothing executed."""

import re

MOST_CHARACTERS = 256  # of one value; longer ones are cut

_LINE = re.compile(r"^[ \t]*([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.MULTILINE)
_ESCAPE = re.compile(r"\\([\"'$`\\])")


def parse_assignments(data: bytes) -> dict[str, str]:
    """The last value of every key; comments and lines that assign nothing are left out. Raises nothing."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return {key: unquote(value.strip())[:MOST_CHARACTERS] for key, value in _LINE.findall(text)}


def unquote(value: str) -> str:
    """A value without its quotes and backslashes; in single quotes a backslash is itself, as in a shell."""
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return _ESCAPE.sub(r"\1", value)
