"""Addresses in advisories are text of strangers: which of them may be followed, and where a weakness is described."""

import re

LONGEST = 2000
# https, a host name of ASCII letters with nothing before it that could pass for another host, a port, a path (RFC 3986).
_SAFE = re.compile(
    r"https://(?:[a-z0-9-]{1,63}\.){1,20}[a-z][a-z0-9-]{0,62}(?::[0-9]{1,5})?(?:[/?#][!#$%&'()*+,./:;=?@\[\]_~a-z0-9-]*)?",
    re.IGNORECASE | re.ASCII,
)
_WEAKNESS = re.compile(r"CWE-([1-9][0-9]{0,5})")


def safe_link(text: str) -> str | None:
    """The same address where a click on it does no more than open the https page of the host that one reads, else None."""
    return text if len(text) <= LONGEST and _SAFE.fullmatch(text) else None


def weakness_link(name: str) -> str | None:
    """Where MITRE describes a weakness ("CWE-79"); None for what is no name of one."""
    found = _WEAKNESS.fullmatch(name)
    return f"https://cwe.mitre.org/data/definitions/{found[1]}.html" if found else None
