"""What an exception may say, and what its times make of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.errors import NotFound, UsageError
from hullmark.exceptions import Scope, check_length, exception_row, keep_exceptions, revoked
from hullmark.lake.query import query
from hullmark.lake.store import Lake

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONTH = (NOW, NOW + timedelta(days=30))
STATES = "SELECT state FROM exceptions_at($at) ORDER BY vulnerability"
GOOD = [
    Scope("CVE-2026-1"),
    Scope("GHSA-jfh8-c2jp-5v3q", package="npm/@angular/core", versions=">=1.2 <1.5"),
    Scope(rule="HM001", repository="*.amazonaws.com/team-a/*", account="111122223333"),
    Scope(image_digest="sha256:" + 64 * "a"),
]
BAD = [
    (Scope(), "would hide everything"),
    (Scope("CVE-2026-1", rule="HM001"), "add two"),
    (Scope("x"), "'x' is no vulnerability; give an id such as"),
    (Scope("CVE-2026-1' OR 1=1 --"), "is no vulnerability"),
    (Scope(package="openssl"), "'openssl' is no package; give type/name"),
    (Scope("CVE-2026-1", versions="1.2"), "say which with --package"),
    (Scope(package="deb/a", versions=">1"), "is no range of versions"),
    (Scope(package="deb/a", versions="1 || 2"), "is no version of a package of type deb|is no range of versions"),
    (Scope(package="pypi/a", versions="<1.x.y"), "'1.x.y' is no version of a package of type pypi"),
    (Scope(account="1"), "'1' is no account"),
    (Scope(image_digest="latest"), "'latest' is no digest"),
    (Scope(repository="*" * 9), "more than 8 stars"),
    (Scope(repository="a" * 501), "is no repository"),
]


@pytest.mark.parametrize("scope", GOOD, ids=range(len(GOOD)))
def test_a_good_one(scope: Scope) -> None:
    row = exception_row(scope, " known ", "ann", "bob", MONTH).to_pylist()[0]
    assert row["reason"] == "known"
    assert (row["owner"], row["created_by"], row["revoked_at"]) == ("ann", "bob", None)


@pytest.mark.parametrize(("scope", "words"), BAD, ids=range(len(BAD)))
def test_a_bad_one_is_one_sentence(scope: Scope, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        exception_row(scope, "why", "ann", "bob", MONTH)
    assert len(str(caught.value)) < 250


def test_blank_words_and_times() -> None:
    for reason, owner in ((" ", "ann"), ("why", ""), ("x" * 501, "ann")):
        with pytest.raises(UsageError, match=r"reason|owner"):
            exception_row(Scope("CVE-2026-1"), reason, owner, "bob", MONTH)
    with pytest.raises(UsageError, match="would have ended"):
        exception_row(Scope("CVE-2026-1"), "why", "ann", "bob", (NOW, NOW))
    check_length(NOW, NOW + timedelta(days=366), 366)
    with pytest.raises(UsageError, match=r"366 days at most, until 2027-03-02.*HULLMARK_EXCEPTION_DAYS"):
        check_length(NOW, NOW + timedelta(days=367), 366)


def test_its_state_follows_from_its_times(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    rows = pa.concat_tables([exception_row(Scope(f"CVE-2026-{n}00"), "why", "ann", "bob", MONTH) for n in range(1, 3)])
    first = rows["id"].to_pylist()[0]
    keep_exceptions(lake, rows)
    keep_exceptions(lake, revoked(rows, first, "eve", NOW + timedelta(days=2)))
    con = lake.connect()
    states = {
        day: [row[0] for row in con.execute(STATES, {"at": NOW + timedelta(days=day)}).fetchall()]
        for day in (-1, 0, 1, 2, 29, 30)
    }
    assert states == {
        -1: [], 0: ["active"] * 2, 1: ["active"] * 2, 2: ["revoked", "active"], 29: ["revoked", "active"],
        30: ["revoked", "expired"],
    }  # fmt: skip
    assert query(lake, "SELECT count(*) AS n FROM exceptions").to_pylist() == [{"n": 2}]


def test_what_holds_no_more_cannot_be_revoked() -> None:
    rows = exception_row(Scope("CVE-2026-1"), "why", "ann", "bob", MONTH)
    name = rows["id"].to_pylist()[0]
    with pytest.raises(NotFound, match="no exception ex-0"):
        revoked(rows, "ex-0", "eve", NOW)
    with pytest.raises(UsageError, match="ended on 2026-03-31 by itself"):
        revoked(rows, name, "eve", NOW + timedelta(days=31))
    with pytest.raises(UsageError, match="was revoked on 2026-03-02 by eve already"):
        revoked(revoked(rows, name, "eve", NOW + timedelta(days=1)), name, "eve", NOW + timedelta(days=2))
