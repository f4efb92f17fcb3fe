"""Which addresses of strangers become links: each row of the tables."""

import pytest

from hullmark.reports.links import LONGEST, safe_link, weakness_link

SAFE = (
    "https://nvd.nist.gov/vuln/detail/CVE-2024-22195",
    "https://git.kernel.org/pub/scm/?h=v6.1&id=1#diff",
    "https://lists.example.org/archives/%3Cabc@x%3E/",
    "https://example.org:8443",
    "HTTPS://EXAMPLE.ORG/",
)
UNSAFE = (
    "", "http://example.org/", "javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "//example.org/",
    "example.org/x",
    "https://nvd.nist.gov@evil.example/", "https://nvd.nist.gov:x@evil.example/", "https://nvd.nist.gov\\@evil.example/",
    "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https:///x", "https://.example.org/",
    "https://ex\u0430mple.org/", "https://example.org/\u202etxt", "https://example.org/a b", "https://example.org/\n",
    "https://example.org/<b>", 'https://example.org/"onclick',
    " https://example.org/", "https://example.org/" + "a" * LONGEST,
    "https://" + "a." * 900 + "\u0430",
)  # fmt: skip


@pytest.mark.parametrize("text", SAFE)
def test_what_may_be_followed(text: str) -> None:
    assert safe_link(text) == text


@pytest.mark.parametrize("text", UNSAFE, ids=range(len(UNSAFE)))
def test_what_stays_text(text: str) -> None:
    assert safe_link(text) is None


def test_weaknesses() -> None:
    assert weakness_link("CWE-79") == "https://cwe.mitre.org/data/definitions/79.html"
    for name in ("CWE-", "CWE-0", "CWE-79)", "cwe-79", "CWE-79\n", "NVD-CWE-noinfo", "CWE-1234567", ""):
        assert weakness_link(name) is None
