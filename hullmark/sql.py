"""Load a `.sql` file that lies beside the code, and split its header."""

from functools import cache
from importlib.resources import files


@cache
def read_sql(package: str, name: str) -> str:
    """The text of `name` (with its `.sql`) in the folder of `package`, a dotted module name."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def split_header(text: str) -> tuple[str, str]:
    """(header, statement): the TOML between a leading `/*` and `*/`, "" when there is none, and the SQL after it."""
    head = text.lstrip()
    if not head.startswith("/*"):
        return "", text
    header, _, statement = head[2:].partition("*/")
    return header.strip(), statement.strip()
