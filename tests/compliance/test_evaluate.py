"""Rules over small fleets: each has rows that fail and rows that pass, worked out by hand; scores; rules of one's own."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.compliance.evaluate import evaluate
from hullmark.compliance.load import read_policy
from hullmark.errors import UsageError
from hullmark.exceptions import Scope, exception_row
from hullmark.lake.store import Lake
from hullmark.settings import Settings
from tests.analysis.fleets import NOW, Image, digest, write

AT = NOW + timedelta(days=1)
PLAIN: dict[str, Any] = {
    "user": "app", "healthcheck": True, "ports": ["8080/tcp"], "entrypoint": json.dumps(["/app"]), "size": 1000,
    "created_at": NOW, "tags": ["1.0"],
}  # fmt: skip
CONFIG: list[tuple[str, dict[str, Any], dict[str, Any]]] = [  # rule, what fails, what passes
    ("HM001", {"user": ""}, {"user": "app"}),
    ("HM001", {"user": "root"}, {"user": "1000:0"}),
    ("HM001", {"user": "0:0"}, {"user": "rooted"}),
    ("HM002", {"healthcheck": False}, {"healthcheck": True}),
    ("HM003", {"ports": ["80/tcp"]}, {"ports": ["8080/tcp", "odd"]}),
    ("HM004", {"ports": ["22/tcp"]}, {"ports": ["2222/tcp"]}),
    ("HM013", {"tags": ["latest"]}, {"tags": ["latest", "1.0"]}),
    ("HM014", {"created_at": AT - timedelta(days=91)}, {"created_at": AT - timedelta(days=89)}),
    ("HM015", {"size": 1_000_000_001}, {"size": 1_000_000_000}),
    ("HM016", {"entrypoint": json.dumps(["/bin/sh", "-c", "x"])}, {"entrypoint": json.dumps(["/bin/sh", "/start"])}),
]
EXPOSED = [
    ("HM005", {"kind": "aws-key", "layer_index": None, "path": "config.Env[X]"}, {"kind": "aws-key", "layer_index": 0}),
    ("HM006", {"kind": "named-secret", "layer_index": 0}, {"kind": "example-named-secret", "layer_index": 0}),
    (
        "HM006",
        {"kind": "npm-token", "layer_index": 0, "removed_layer": "x", "removed_layer_index": 2},
        {"kind": "setuid", "layer_index": 0},
    ),
    ("HM007", {"kind": "private-key", "layer_index": 0}, {"kind": "example-private-key", "layer_index": 0}),
    ("HM009", {"kind": "package-cache", "layer_index": 0}, {"kind": "setuid", "layer_index": 0}),
    ("HM010", {"kind": "setuid", "layer_index": 0}, {"kind": "world-writable", "layer_index": 0}),
    ("HM011", {"kind": "world-writable", "layer_index": 0}, {"kind": "setgid", "layer_index": 0}),
]
BUILT = [
    ("HM008", "ADD --chown=1:1 https://x.example/a.tar /a", "COPY a.tar /a # https://x.example"),
    (
        "HM023",
        "RUN /bin/sh -c curl -fsSL https://x.example/i | sh",
        "RUN curl -o i https://x.example/i && sha256sum -c i",
    ),
    ("HM024", "RUN /bin/sh -c apt-get update", "RUN apt-get update && apt-get install -y curl"),
]
INSTALLED = [("HM004", "openssh-server", "openssh-client"), ("HM012", "sudo", "sudoku")]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def images(lake: Lake, bad: dict[str, Any], good: dict[str, Any]) -> None:
    write(lake, "images", [{**Image(name, "a").row(), **PLAIN, **more} for name, more in (("bad:1", bad), ("good:1", good))])


def fails(lake: Lake, folder: str = "") -> dict[str, set[str]]:
    """The rules that each image fails."""
    evaluate(lake, read_policy(folder), "run", AT)
    with closing(lake.connect()) as connection:
        found = connection.sql("SELECT image_digest, rule FROM checks").fetchall()
    names = {digest("bad:1"): "bad", digest("good:1"): "good"}
    said: dict[str, set[str]] = {"bad": set(), "good": set()}
    for image, rule in found:
        said[names[image]].add(rule)
    return said


@pytest.mark.parametrize(("rule", "bad", "good"), CONFIG, ids=[f"{case[0]}-{n}" for n, case in enumerate(CONFIG)])
def test_of_the_configuration(lake: Lake, rule: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    images(lake, bad, good)
    said = fails(lake)
    assert (rule in said["bad"], rule in said["good"]) == (True, False)


@pytest.mark.parametrize(("rule", "bad", "good"), EXPOSED, ids=[f"{case[0]}-{n}" for n, case in enumerate(EXPOSED)])
def test_of_what_is_exposed(lake: Lake, rule: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    images(lake, {}, {})
    rows = [("bad:1", bad), ("good:1", good)]
    write(
        lake,
        "exposures",
        [{"image_digest": digest(name), "path": "x", "evidence": "e", "layer": "", **row} for name, row in rows],
    )
    said = fails(lake)
    assert (rule in said["bad"], rule in said["good"]) == (True, False)


@pytest.mark.parametrize(("rule", "bad", "good"), BUILT, ids=[case[0] for case in BUILT])
def test_of_how_it_was_built(lake: Lake, rule: str, bad: str, good: str) -> None:
    images(lake, {}, {})
    for name, command in (("bad:1", bad), ("good:1", good)):
        write(lake, "image_layers", [{**row, "created_by": command} for row in Image(name, "a").layer_rows()])
    said = fails(lake)
    assert (rule in said["bad"], rule in said["good"]) == (True, False)


@pytest.mark.parametrize(("rule", "bad", "good"), INSTALLED, ids=[case[0] for case in INSTALLED])
def test_of_what_is_installed(lake: Lake, rule: str, bad: str, good: str) -> None:
    images(lake, {}, {})
    for name, package in (("bad:1", bad), ("good:1", good)):
        write(lake, "packages", list(Image(name, "a", {"a": [f"deb/{package}"]}).package_rows()))
    said = fails(lake)
    assert (rule in said["bad"], rule in said["good"]) == (True, False)


def finding(name: str, days: int, **more: object) -> dict[str, object]:
    return {
        "image_digest": digest(name), "package_key": "k", "vulnerability": "CVE-2024-1", "type": "deb", "package": "p",
        "version": "1", "fixed_version": "", "severity": "high", "kev": False, "first_seen": AT - timedelta(days=days),
    } | more  # fmt: skip


KEPT = ("as rows", "by verdict")  # what an older Hullmark wrote, and what this one does


def keep(lake: Lake, kept: str, *rows: dict[str, object]) -> None:
    """Write findings, each of a package of its own."""
    if kept == "as rows":
        write(lake, "findings", rows)
        return
    numbered = [row | {"subject": number} for number, row in enumerate(rows)]
    write(lake, "verdicts", numbered)
    write(lake, "vulnerable_packages", numbered)


YESTERDAY, SOON = (AT - timedelta(days=1)).date(), (AT + timedelta(days=9)).date()
DUE = [
    ({"days": 31}, {"days": 29}),
    ({"days": 91, "severity": "medium"}, {"days": 89, "severity": "medium"}),
    ({"days": 15, "kev": True, "severity": "low"}, {"days": 15, "severity": "low"}),
    ({"days": 2, "kev": True, "kev_due": YESTERDAY}, {"days": 2, "kev": True, "kev_due": SOON}),
]  # fmt: skip


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize(("bad", "good"), DUE, ids=range(len(DUE)))
def test_findings_past_their_date(lake: Lake, bad: dict[str, Any], good: dict[str, Any], kept: str) -> None:
    images(lake, {}, {})
    keep(lake, kept, finding("bad:1", **bad), finding("good:1", **good))
    said = fails(lake)
    assert ("HM019" in said["bad"], "HM019" in said["good"]) == (True, False)


@pytest.mark.parametrize("kept", KEPT)
def test_fixable_and_exploited(lake: Lake, kept: str) -> None:
    images(lake, {}, {})
    keep(lake, kept, finding("bad:1", 1, fixed_version="2", kev=True), finding("good:1", 1))
    said = fails(lake)
    assert {"HM017", "HM018"} <= said["bad"]
    assert not {"HM017", "HM018"} & said["good"]


@pytest.mark.parametrize("kept", KEPT)
def test_what_is_lived_with_fails_no_rule_about_findings(lake: Lake, kept: str) -> None:
    images(lake, {}, {})
    keep(lake, kept, finding("bad:1", 40, fixed_version="2", kev=True))
    assert {"HM017", "HM018", "HM019"} <= fails(lake)["bad"]
    now = datetime.now(UTC)
    known = finding("bad:1", 40)["vulnerability"]
    lake.commit("exceptions", exception_row(Scope(str(known)), "known", "ann", "bob", (now, now + timedelta(days=1))))
    assert not {"HM017", "HM018", "HM019"} & fails(lake)["bad"]


@pytest.mark.parametrize("kept", KEPT)
def test_what_the_findings_of_an_image_come_to(lake: Lake, kept: str) -> None:
    """Of two packages with one vulnerability the first is the example; what is settled of one counts for that one alone."""
    images(lake, {}, {})
    more = [("a", "CVE-2024-2"), ("b", "CVE-2024-2"), ("c", "CVE-2024-3")]
    told = [
        finding("bad:1", 40 + len(name), package_key=name, package=name, vulnerability=vulnerability, fixed_version="2")
        for name, vulnerability in more
    ]
    keep(lake, kept, *told)
    evidence = "SELECT rule, evidence FROM checks WHERE rule IN ('HM017', 'HM019') ORDER BY rule"
    fails(lake)
    with closing(lake.connect()) as connection:
        due = connection.sql(evidence).fetchall()
    now = datetime.now(UTC)
    lake.commit("exceptions", exception_row(Scope(package="deb/a"), "known", "ann", "bob", (now, now + timedelta(days=1))))
    fails(lake)
    with closing(lake.connect()) as connection:
        left = connection.sql(evidence).fetchall()
    day = AT - timedelta(days=41 - 30)
    assert due == [
        ("HM017", "3 findings, such as CVE-2024-2 in a"),
        ("HM019", f"3 findings, the oldest due on {day:%Y-%m-%d}"),
    ]
    assert left == [
        ("HM017", "2 findings, such as CVE-2024-2 in b"),
        ("HM019", f"2 findings, the oldest due on {day:%Y-%m-%d}"),
    ]


def test_signatures_and_what_could_not_be_read(lake: Lake) -> None:
    images(lake, {}, {})
    write(lake, "evidence", [{"subject": digest("good:1"), "kind": "signature", "registry": "r", "repository": "good",
                              "digest": digest("s"), "statement": "", "predicate_type": ""}])  # fmt: skip
    write(lake, "digests", [
        {"registry": "r", "repository": name, "digest": digest(f"{name}:1"), "account": "1" * 12, "status": status,
         "reason": reason, "detail": "why"}
        for name, status, reason in (("bad", "partial", "unreadable-file"), ("good", "scanned", ""))
    ])  # fmt: skip
    said = fails(lake)
    assert {"HM021", "HM022"} <= said["bad"]
    assert not {"HM021", "HM022"} & said["good"]


def test_a_base_that_is_out_of_date(lake: Lake) -> None:
    images(lake, {}, {"created_at": NOW})
    base = {**Image("base:1", "b").row(), **PLAIN, "created_at": AT - timedelta(days=200)}
    write(lake, "images", [base])
    stands = {"base_layers": 1, "method": "chain", "confidence": "certain", "evidence": "e"}
    names = {"image_digest": digest("bad:1"), "base_digest": digest("base:1"), "base_name": "base:1"}
    write(lake, "base_images", [{**names, **stands}])
    evaluate(lake, read_policy(), "run", AT)
    rows = lake.connect().sql("SELECT image_digest, evidence FROM checks WHERE rule = 'HM020'").fetchall()
    assert rows == [(digest("bad:1"), "the base was built on 2025-08-14, 200 days ago")]


CYCLES = {
    "debian": [{"cycle": "12", "eol": "2028-06-10", "releaseLabel": ""}, {"cycle": "9", "eol": "2020-07-18"}],
    "python": [
        {"cycle": "3", "eol": "2020-01-01"}, {"cycle": "3.7", "eol": "2023-06-27"}, {"cycle": "3.12", "eol": "2028-10-31"},
        {"cycle": "3.1", "eol": True},
    ],
}  # fmt: skip
LIVES = [
    ("deb", "base-files", "9", "Debian:9", "HM025", "debian 9 ended on 2020-07-18"),
    ("deb", "base-files", "12", "Debian:12", "HM025", ""),
    ("generic", "python", "3.7.17", "", "HM026", "python 3.7.17 ended on 2023-06-27"),
    ("generic", "python", "3.12.1", "", "HM026", ""),
    ("generic", "python", "3.1.2", "", "HM026", "python 3.1.2 has ended"),
]


@pytest.mark.parametrize(("kind", "name", "version", "ecosystem", "rule", "evidence"), LIVES, ids=range(len(LIVES)))
def test_what_gets_no_fixes_any_more(  # noqa: PLR0917  # a row of the table
    lake: Lake, tmp_path: Path, kind: str, name: str, version: str, ecosystem: str, rule: str, evidence: str
) -> None:
    place = tmp_path / "feeds" / "eol" / "api"
    place.mkdir(parents=True)
    (place / "all.json").write_text(json.dumps(list(CYCLES)))
    for product, cycles in CYCLES.items():
        (place / f"{product}.json").write_text(json.dumps(cycles))
    sync(FeedStore(lake.feeds_root), Settings(feeds=str(tmp_path / "feeds")))
    images(lake, {}, {})
    row = {"image_digest": digest("bad:1"), "path": "x", "type": kind, "name": name, "version": version, "arch": ""}
    write(lake, "packages", [{**row, "ecosystem": ecosystem, "layer_index": 0}])
    evaluate(lake, read_policy(), "run", AT)
    with closing(lake.connect()) as connection:
        found = connection.sql("SELECT evidence FROM checks WHERE rule = $rule", params={"rule": rule}).fetchall()
        asked = connection.sql("SELECT population FROM compliance WHERE rule = $rule", params={"rule": rule}).fetchall()
    assert found == ([(evidence,)] if evidence else [])
    assert asked == [(1,)]


REPOSITORIES = {f"HM0{number}" for number in range(27, 33)}  # tests/fleet/test_posture.py


def test_every_rule_has_a_case() -> None:
    tables = {case[0] for case in (*CONFIG, *EXPOSED, *BUILT, *INSTALLED)} | {case[4] for case in LIVES}
    assert tables | REPOSITORIES | {"HM017", "HM018", "HM019", "HM020", "HM021", "HM022"} == set(read_policy().rules)


def test_scores_count_who_is_asked_and_who_fails(lake: Lake) -> None:
    images(lake, {"user": "root", "ports": []}, {"ports": []})
    evaluate(lake, read_policy(), "first", AT)
    with closing(lake.connect()) as connection:
        rows = connection.sql(
            "SELECT rule, repository, population, failing FROM compliance WHERE rule IN ('HM001', 'HM003') ORDER BY ALL"
        ).fetchall()
    assert rows == [("HM001", "bad", 1, 1), ("HM001", "good", 1, 0)]  # nobody exposes a port: 0 of 0 is no row


def exception(**more: object) -> dict[str, object]:
    blank = dict.fromkeys(
        ("vulnerability", "package", "versions", "repository", "account", "image_digest", "revoked_by"), ""
    )
    return blank | {
        "id": "ex-1", "owner": "ann", "reason": "why", "rule": "HM001", "created_at": NOW, "created_by": "ann",
        "expires_at": AT + timedelta(days=1),
    } | more  # fmt: skip


def test_what_is_exempt_from_a_rule_does_not_fail_it_until_the_exception_ends(lake: Lake) -> None:
    images(lake, {"user": "root"}, {"user": "root"})
    write(lake, "exceptions", [exception(repository="ba*")])
    for days in (0, 2):
        evaluate(lake, read_policy(), f"run-{days}", AT + timedelta(days=days))
    with closing(lake.connect()) as connection:
        scores = connection.sql("SELECT run, repository, failing, exempt FROM compliance WHERE rule = 'HM001' ORDER BY ALL")
        assert scores.fetchall() == [("run-0", "bad", 0, 1), ("run-0", "good", 1, 0), ("run-2", "bad", 1, 0)]


def test_only_changes_are_written_and_the_first_day_stays(lake: Lake) -> None:
    images(lake, {"user": "root"}, {})
    evaluate(lake, read_policy(), "first", AT)
    before = lake.versions()
    evaluate(lake, read_policy(), "second", AT + timedelta(hours=1))
    assert lake.versions() == before
    images(lake, {"user": "app"}, {"user": "root"})
    evaluate(lake, read_policy(), "third", AT + timedelta(hours=2))
    with closing(lake.connect()) as connection:
        history = connection.sql(
            "SELECT repository, run, failing FROM compliance WHERE rule = 'HM001' ORDER BY ALL"
        ).fetchall()
        since = connection.sql("SELECT image_digest, first_seen FROM checks WHERE rule = 'HM001'").fetchall()
    assert history == [("bad", "first", 1), ("bad", "third", 0), ("good", "first", 0), ("good", "third", 1)]
    assert since == [(digest("good:1"), AT + timedelta(hours=2))]


OWN = """/*
id = "ACME001"
title = "Is ours"
severity = "low"
refs = []
applies = "SELECT digest AS subject FROM image"
fix = "None."
*/
SELECT digest AS subject, 'named ' || name AS evidence FROM image WHERE starts_with(name, 'bad')
"""


def test_rules_frameworks_and_targets_of_ones_own(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    (folder / "rules").mkdir(parents=True)
    (folder / "frameworks").mkdir()
    (folder / "rules" / "ACME001.sql").write_text(OWN)
    (folder / "frameworks" / "acme.toml").write_text(
        'id = "acme"\ntitle = "Ours"\nsource = "us"\n[[control]]\nid = "1"\ntitle = "One"\nrules = ["ACME001"]\n'
    )
    (folder / "targets.toml").write_text("high = 5\n")
    images(lake, {}, {})
    write(lake, "findings", [finding("good:1", 6)])
    said = fails(lake, str(folder))
    assert "ACME001" in said["bad"]
    assert "HM019" in said["good"]
    policy = read_policy(str(folder))
    assert "acme" in {framework.id for framework in policy.frameworks}
    assert (policy.targets["high"], policy.targets["medium"]) == (5, 90)


BROKEN = [
    ("rules/x.sql", "SELECT 1", "the rule x.sql lacks 'id' in its header"),
    ("rules/x.sql", OWN.replace("low", "grave"), "the rule x.sql has no id like HM001"),
    ("rules/x.sql", OWN.replace("/*\n", "/*\n[[", 1), "x.sql has no valid TOML"),
    ("frameworks/x.toml", 'id = "x"\n', "the framework x.toml lacks 'control'"),
    (
        "frameworks/x.toml",
        'id = "x"\ntitle = ""\nsource = ""\n[[control]]\nid = "1"\ntitle = ""\nrules = ["HM999"]\n',
        "the framework x names rules that are not there: HM999",
    ),
    ("targets.toml", "high = 0\n", "targets.toml must give whole days"),
    ("owners.toml", "ann = 1\n", "owners.toml must hold [[owner]] tables"),
    ("owners.toml", "owner = 1\n", "owners.toml must hold [[owner]] tables"),
    ("owners.toml", "[[owner]]\n", "an [[owner]] of owners.toml has no name"),
    ("owners.toml", '[[owner]]\nname = "ann"\nteam = "x"\n', "an [[owner]] of owners.toml has more than name"),
    ("owners.toml", '[[owner]]\nname = "ann"\naccounts = "1"\n', "accounts of the owner ann in owners.toml must be a list"),
]


@pytest.mark.parametrize(("name", "text", "sentence"), BROKEN, ids=range(len(BROKEN)))
def test_broken_policies_say_which_file(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as caught:
        read_policy(str(tmp_path))
    assert str(caught.value).startswith(sentence)


BAD_SQL = [
    "DELETE FROM images",
    "SELECT 1 AS subject",
    "SELECT nothing FROM nowhere",
    "SELECT 1; SELECT 2",
    "COPY images TO '/tmp/x'",
]


@pytest.mark.parametrize("sql", BAD_SQL, ids=range(len(BAD_SQL)))
def test_a_rule_can_only_ask(lake: Lake, sql: str) -> None:
    images(lake, {}, {})
    policy = read_policy()
    rule = replace(policy.rules["HM001"], sql=sql)
    with pytest.raises(UsageError, match="the rule HM001"):
        evaluate(lake, replace(policy, rules={"HM001": rule}), "run", AT)
