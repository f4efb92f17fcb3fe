"""Every rule of every suite rejects what it should: each case damages one value of a good batch."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hullmark.errors import LakeError
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from hullmark.model import Reason, Status
from hullmark.quality.gate import checked
from hullmark.quality.meets import meets
from hullmark.quality.quarantine import DERIVED, quarantine
from hullmark.quality.validate import Verdict, read_suite, validate
from hullmark.reports.severity import ORDER
from tests.lake.rows import NOW, digest, rows

LATER = NOW + timedelta(days=1)
GOOD: dict[str, dict[str, object]] = {
    "images": {"account": "111122223333", "index_digest": ""},
    "image_layers": {"diff_id": digest("d")},
    "packages": {"purl": "pkg:deb/debian/openssl@1.0"},
    "removed_packages": {"purl": "pkg:deb/debian/openssl@1.0"},
    "problems": {"reason": "truncated"},
    "coverage": {"account": ""},
    "digests": {"status": "scanned"},
    "failures": {"reason": "timeout"},
    "evidence": {"subject": digest("s"), "kind": "sbom", "statement": digest("b")},
    "provenance": {
        "subject": digest("s"),
        "digest": digest("e"),
        "statement": digest("b"),
        "format": "slsa-v1",
        "source": "https://git.example/app",
    },
    "findings": {"score": None, "epss": None, "epss_percentile": None, "fix_state": "not-yet"},
    "verdicts": {"score": None, "epss": None, "epss_percentile": None, "fix_state": "not-yet"},
    "vulnerable_packages": {},
    "distinct_packages": {},
    "finding_events": {"event": "opened"},
    "runs": {},
    "accounts": {"account": "111122223333", "state": "paused"},
    "exceptions": {
        "owner": "ann",
        "reason": "why",
        "package": "deb/openssl",
        "account": "",
        "created_at": NOW - timedelta(days=1),
        "expires_at": LATER,
        "revoked_at": None,
    },
    "vex_statements": {
        "document": digest("d"),
        "status": "fixed",
        "format": "openvex",
        "stem": "pkg:deb/debian/a",
        "image_digest": "",
    },
    "vex_removed": {
        "document": digest("d"),
        "status": "fixed",
        "format": "openvex",
        "stem": "pkg:deb/debian/a",
        "image_digest": "",
    },
    "run_feeds": {},
    "matchings": {"scope": "full"},
    "matched_images": {},
    "feed_snapshots": {},
    "tags": {"until": None},
    "known_bases": {"digest": digest("b"), "chain_id": digest("c")},
    "repositories": {"account": "111122223333", "scanning": "on-push", "access": "private", "state": "present"},
    "checks": {"rule": "HM001"},
    "compliance": {"rule": "HM001"},
    "exposures": {"kind": "aws-key", "layer": "", "removed_layer": "", "removed_layer_index": 2},
    "base_images": {"method": "chain", "confidence": "certain"},
}
BAD: list[tuple[str, dict[str, object]]] = [
    ("exposures", {"kind": "Secret!"}),
    ("exposures", {"evidence": ""}),
    ("exposures", {"path": None}),
    ("exposures", {"layer": "1"}),
    ("exposures", {"removed_layer": "1"}),
    ("exposures", {"removed_layer_index": 0}),
    ("checks", {"rule": "first"}),
    ("checks", {"evidence": ""}),
    ("checks", {"first_seen": None}),
    ("compliance", {"population": 0}),
    ("compliance", {"failing": -1}),
    ("compliance", {"at": None}),
    ("checks", {"image_digest": "team"}),
    ("compliance", {"unknown": -1}),
    ("repositories", {"account": "1"}),
    ("repositories", {"scanning": "sometimes"}),
    ("repositories", {"access": "open"}),
    ("repositories", {"state": "perhaps"}),
    ("repositories", {"lifecycle_rules": -1}),
    ("repositories", {"at": None}),
    ("known_bases", {"digest": "latest"}),
    ("known_bases", {"chain_id": ""}),
    ("known_bases", {"layers": 0}),
    ("known_bases", {"name": "a"}),
    ("tags", {"tag": None}),
    ("tags", {"digest": "latest"}),
    ("tags", {"since": None}),
    ("tags", {"until": NOW - timedelta(days=1)}),
    ("base_images", {"base_digest": "latest"}),
    ("base_images", {"base_name": ""}),
    ("base_images", {"method": "magic"}),
    ("base_images", {"confidence": "sure"}),
    ("base_images", {"base_layers": -1}),
    ("base_images", {"evidence": ""}),
    ("images", {"digest": "sha256:abc"}),
    ("images", {"digest": digest("x") + "\n"}),
    ("images", {"index_digest": "latest"}),
    ("images", {"repository": ""}),
    ("images", {"registry": None}),
    ("images", {"state": "perhaps"}),
    ("images", {"state": None}),
    ("images", {"platform": "linux/arm/v7/more"}),
    ("images", {"account": "1234"}),
    ("images", {"size": -1}),
    ("images", {"last_seen": datetime(2999, 1, 1, tzinfo=UTC)}),
    ("images", {"last_seen": NOW - timedelta(days=1)}),
    ("image_layers", {"diff_id": ""}),
    ("image_layers", {"layer_index": -1}),
    ("image_layers", {"size": -2}),
    ("packages", {"name": ""}),
    ("packages", {"version": ""}),
    ("packages", {"type": "Deb!"}),
    ("packages", {"purl": "openssl"}),
    ("packages", {"layer": "0"}),
    ("packages", {"path": None}),
    ("packages", {"ecosystem": None}),
    ("packages", {"origin": "hearsay"}),
    ("packages", {"owner": "python3-requests"}),
    ("packages", {"owner": None}),
    ("packages", {"first_layer": ""}),
    ("packages", {"first_layer_index": 1}),
    ("packages", {"upgraded_from": None}),
    ("removed_packages", {"origin": "lock"}),
    ("removed_packages", {"removed_layer_index": 0}),
    ("removed_packages", {"removed_layer": ""}),
    ("removed_packages", {"replaced_by": None}),
    ("removed_packages", {"purl": "openssl"}),
    ("problems", {"reason": ""}),
    ("coverage", {"status": "lost"}),
    ("coverage", {"reason": "because", "status": "failed"}),
    ("coverage", {"reason": "corrupt", "status": "scanned"}),
    ("coverage", {"reason": "", "status": "failed"}),
    ("coverage", {"at": LATER + timedelta(days=365000)}),
    ("digests", {"status": "lost"}),
    ("digests", {"engine": None}),
    ("failures", {"failures": 0}),
    ("evidence", {"subject": "an image"}),
    ("evidence", {"kind": "rumour"}),
    ("evidence", {"statement": "sha256:1"}),
    ("provenance", {"subject": "an image"}),
    ("provenance", {"statement": ""}),
    ("provenance", {"format": "slsa-v0.1"}),
    ("provenance", {"source": "javascript:alert(1)"}),
    ("provenance", {"base_names": None}),
    ("provenance", {"at": datetime(2999, 1, 1, tzinfo=UTC)}),
    ("findings", {"score": 10.1}),
    ("findings", {"score": -0.1}),
    ("findings", {"epss": 1.5}),
    ("findings", {"epss_percentile": 97.0}),
    ("findings", {"severity": "HIGH"}),
    ("findings", {"severity": None}),
    ("findings", {"vulnerability": ""}),
    ("findings", {"fix_state": "perhaps"}),
    ("distinct_packages", {"ecosystem": ""}),
    ("distinct_packages", {"version": None}),
    ("verdicts", {"subject": None}),
    ("verdicts", {"score": 10.1}),
    ("verdicts", {"epss": 1.5}),
    ("verdicts", {"severity": "HIGH"}),
    ("verdicts", {"fix_state": "perhaps"}),
    ("verdicts", {"advisory": None}),
    ("verdicts", {"kev": None}),
    ("vulnerable_packages", {"subject": None}),
    ("vulnerable_packages", {"layer": "1"}),
    ("vulnerable_packages", {"package_key": None}),
    ("vulnerable_packages", {"first_seen": datetime(2999, 1, 1, tzinfo=UTC)}),
    ("run_feeds", {"snapshot": ""}),
    ("matchings", {"at": None}),
    ("matchings", {"scope": None}),
    ("matchings", {"scope": "half"}),
    ("matchings", {"matcher": ""}),
    ("matched_images", {"image_digest": "latest"}),
    ("matched_images", {"at": None}),
    ("findings", {"kev": None}),
    ("findings", {"image_digest": "sha512:" + 128 * "0"}),
    ("finding_events", {"event": "vanished"}),
    ("finding_events", {"cause": None}),
    ("runs", {"findings": -1}),
    ("runs", {"finished": NOW - timedelta(hours=1)}),
    ("accounts", {"account": "111122223333", "state": "asleep"}),
    ("accounts", {"account": "acme", "state": "paused"}),
    ("exceptions", {"owner": ""}),
    ("exceptions", {"reason": None}),
    ("exceptions", {"vulnerability": None}),
    ("exceptions", {"rule": None}),
    ("exceptions", {"package": "openssl"}),
    ("exceptions", {"repository": None}),
    ("exceptions", {"account": "acme"}),
    ("exceptions", {"image_digest": "latest"}),
    ("exceptions", {"expires_at": None}),
    ("exceptions", {"expires_at": NOW - timedelta(days=2)}),
    ("exceptions", {"created_at": datetime(2999, 1, 1, tzinfo=UTC)}),
    ("exceptions", {"revoked_at": NOW - timedelta(days=2)}),
    ("vex_statements", {"document": "d"}),
    ("vex_statements", {"status": "perhaps"}),
    ("vex_statements", {"format": "text"}),
    ("vex_statements", {"stem": "pkg:deb/debian/a@1"}),
    ("vex_statements", {"image_digest": "latest"}),
    ("vex_statements", {"vulnerability": ""}),
    ("vex_statements", {"author": None}),
    ("vex_statements", {"at": None}),
    ("vex_statements", {"row": -1}),
    ("vex_statements", {"imported_at": datetime(2999, 1, 1, tzinfo=UTC)}),
    ("vex_removed", {"removed_at": None}),
    ("vex_removed", {"removed_by": ""}),
    ("feed_snapshots", {"problems": -1}),
    ("feed_snapshots", {"fetched_at": datetime(2999, 1, 1, tzinfo=UTC)}),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_good_batch_passes(table: str) -> None:
    verdict = validate(table, rows(table, GOOD[table]))
    assert verdict.ok, verdict.failures
    assert verdict.report["rows"] == 1


@pytest.mark.parametrize("table", sorted(DERIVED))
def test_a_good_batch_of_what_is_worked_out_here_passes_without_great_expectations(table: str) -> None:
    good = rows(table, GOOD[table], GOOD[table] | _another(table), GOOD[table] | _another(table, 3))
    assert meets(read_suite(table), good, datetime.now(UTC))
    assert checked(table, good) == Verdict(table, True)


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_batch_passes(table: str) -> None:
    assert validate(table, rows(table)).ok


@pytest.mark.parametrize("table", TABLES)
def test_the_key_may_stand_in_a_batch_once(table: str) -> None:
    verdict = validate(table, rows(table, GOOD[table], GOOD[table]))
    assert not verdict.ok
    assert any("unique" in failure and "2 of 2 rows" in failure for failure in verdict.failures)
    assert not meets(read_suite(table), rows(table, GOOD[table], GOOD[table]), datetime.now(UTC))


@pytest.mark.parametrize(("table", "damage"), BAD)
def test_a_damaged_value_fails_and_is_named(table: str, damage: dict[str, object]) -> None:
    batch = rows(table, GOOD[table] | _another(table), GOOD[table] | damage)
    verdict = validate(table, batch)
    assert not verdict.ok
    assert not meets(read_suite(table), batch, datetime.now(UTC))
    assert any(next(iter(damage)) in failure for failure in verdict.failures), verdict.failures
    assert all("\n" not in failure for failure in verdict.failures)


def _another(table: str, number: int = 2) -> dict[str, object]:
    """What the key of another row begins with."""
    key = TABLES[table].key[0]
    is_number = pa.types.is_integer(TABLES[table].schema.field(key).type)
    return {key: number if is_number else digest(f"other {number}")}


UNTOLD: dict[str, dict[str, object]] = {
    "another expectation": {"type": "expect_column_values_to_be_null", "kwargs": {"column": "a"}},
    "another argument": {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "a", "mostly": 1.0}},
    "another pattern": {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "a", "regex": "x"}},
    "a class of characters that Python knows otherwise": {
        "type": "expect_column_values_to_match_regex", "kwargs": {"column": "a", "regex": r"\A\w\Z"},
    },
    "another kind of column": {"type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "n"}},
    "a column that is not there": {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "b"}},
    "no number": {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n", "min_value": 0}},
}  # fmt: skip


@pytest.mark.parametrize("expectation", UNTOLD.values(), ids=UNTOLD.keys())
def test_what_cannot_be_told_is_left_to_great_expectations(expectation: dict[str, object]) -> None:
    batch = pa.table({"a": ["x"], "n": [float("nan")]})
    assert not meets({"expectations": [expectation]}, batch, NOW)


def test_what_is_worked_out_here_is_told_in_the_words_of_great_expectations_when_it_fails() -> None:
    bad = rows("verdicts", GOOD["verdicts"] | {"score": 11.0})
    assert checked("verdicts", bad).failures == validate("verdicts", bad).failures != ()


def test_the_sets_are_those_of_the_code() -> None:
    sets = {
        (table, item["kwargs"]["column"]): set(item["kwargs"]["value_set"])
        for table in TABLES
        for item in read_suite(table)["expectations"]
        if item["type"] == "expect_column_values_to_be_in_set" and "row_condition" not in item["kwargs"]
    }
    assert sets["coverage", "status"] == set(Status)
    assert sets["coverage", "reason"] == set(Reason)
    assert sets["findings", "severity"] == sets["verdicts", "severity"] == set(ORDER)


def test_a_batch_without_a_column_that_the_suite_needs() -> None:
    verdict = validate("runs", pa.table({"run": ["r"]}))
    assert not verdict.ok
    assert "no column" in verdict.failures[0]


def test_a_table_without_a_suite() -> None:
    with pytest.raises(LakeError, match="no suite for the table 'nonsense'"):
        validate("nonsense", pa.table({"a": [1]}))


def test_a_rejected_batch_is_kept_whole_and_not_published(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    batch = rows("findings", GOOD["findings"], {"score": 11.0, "severity": "\x1b[31mred"})
    verdict = validate("findings", batch)
    path = Path(quarantine(lake, "findings", batch, verdict, run="../../2026:run"))
    assert path.parent == tmp_path / "quarantine" / "_.._2026_run"
    assert pq.read_table(path).equals(batch)
    report = json.loads(path.with_suffix(".json").read_text())
    assert report["failures"] == list(verdict.failures)
    assert report["report"]["rows"] == 2
    assert "\x1b" not in "".join(verdict.failures)
    assert lake.versions() == {}
    other = quarantine(lake, "findings", batch.slice(1), verdict, run="../../2026:run")
    assert Path(other) != path
    assert path.exists()


def test_importing_this_package_does_not_pay_for_great_expectations() -> None:
    program = (
        "import sys, hullmark.quality.validate, hullmark.quality.quarantine; sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_worked_out_here_does_not_pay_for_great_expectations() -> None:
    program = (
        "import sys; from hullmark.quality.gate import checked; from tests.lake.rows import rows; "
        "assert checked('matched_images', rows('matched_images', {})).ok; sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
