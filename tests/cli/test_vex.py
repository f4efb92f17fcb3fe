"""`hullmark vex` and `hullmark scan --vex`: what others state is applied, told, and written."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.cli.conftest import Hullmark
from tests.cli.images import FINDING, image, write_layout
from tests.exceptions.standing import WEB, write_fleet

DOCUMENTS = Path(__file__).parents[1] / "exceptions" / "documents"
OPENVEX = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "doc", "author": "Acme", "timestamp": "2026-01-01T00:00:00Z"}
LIBSSL = "pkg:deb/debian/libssl3@3.0.9-1"


def write(path: Path, status: str, **more: str) -> str:
    statement = {"vulnerability": {"name": FINDING}, "products": [{"@id": LIBSSL}], "status": status, **more}
    path.write_text(json.dumps({**OPENVEX, "statements": [statement]}), encoding="utf-8")
    return str(path)


def test_a_scan_that_a_document_settles(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = str(write_layout(tmp_path / "layout", image()))
    line = ["scan", layout, "--feeds", str(feeds), "--fail-on", "unknown"]
    document = write(tmp_path / "vex.json", "not_affected", justification="component_not_present")
    plain = json.loads(hullmark(*line, "--format", "json").stdout)["findings"]
    told = json.loads(hullmark(*line, "--format", "json", "--vex", document).stdout)["findings"]
    assert [item["id"] for item in told] == [item["id"] for item in plain]
    assert [item["risk"] for item in plain] == sorted((item["risk"] for item in plain), reverse=True)
    assert {item["vex"] is None for item in plain} == {True}
    assert {item["id"]: item["vex"] for item in told}[FINDING] == {
        "status": "not_affected", "justification": "component_not_present", "author": "Acme", "document": "doc",
    }  # fmt: skip
    shown = hullmark(*line, "--vex", document)
    assert "1 finding settled, not counted above" in shown.stdout
    assert "not_affected: component_not_present (Acme)" in " ".join(shown.stdout.split())
    assert shown.status == (1 if len(plain) > 1 else 0)


def test_a_scan_that_a_document_only_speaks_of(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = str(write_layout(tmp_path / "layout", image()))
    document = write(tmp_path / "vex.json", "under_investigation")
    shown = hullmark("scan", layout, "--feeds", str(feeds), "--fail-on", "unknown", "--vex", document)
    assert (shown.status, "settled" in shown.stdout) == (1, False)
    missing = hullmark("scan", layout, "--feeds", str(feeds), "--vex", "none.json")
    assert missing.status == 2
    assert missing.stderr.startswith("hullmark: the VEX document none.json cannot be read: No such file")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(Lake(str(folder / "lake")))
    return folder


def test_taken_and_written(home: Path) -> None:
    good = home / "good.json"
    statement = {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": WEB}], "status": "fixed"}
    good.write_text(json.dumps({**OPENVEX, "statements": [statement]}), encoding="utf-8")
    ran = run(home, ["vex", "import", "good.json"])
    said = "good.json: 1 statement of Acme (openvex). It counts for 1 finding in 1 image.\n"
    assert (ran.status, ran.stdout, ran.stderr) == (0, said, "")
    ran = run(home, ["vex", "export", "--author", "Us"])
    assert [item["status"] for item in json.loads(ran.stdout)["statements"]] == ["fixed"]
    ran = run(home, ["vex", "export", WEB, "--author", "Us", "--format", "cyclonedx", "-o", "out.json"])
    assert (ran.status, ran.stdout) == (0, "")
    assert json.loads((home / "out.json").read_bytes())["bomFormat"] == "CycloneDX"


def test_what_is_not_believed_and_what_cannot_be_read(home: Path) -> None:
    ran = run(home, ["vex", "import", str(DOCUMENTS / "csaf.json")])
    assert ran.status == 3
    assert "5 statements of Acme PSIRT (csaf)." in ran.stdout
    assert "vulnerabilities[1].odd: 'odd' is no status\n" in ran.stderr
    (home / "bad.json").write_bytes(b"{}")
    ran = run(home, ["vex", "import", "bad.json", str(DOCUMENTS / "openvex.json")])
    assert ran.status == 2
    assert ran.stderr.startswith("hullmark: bad.json: the document is no OpenVEX, CycloneDX or CSAF")
    assert "7 statements of Acme security (openvex)." in ran.stdout
    ran = run(home, ["vex", "export", "nope:1", "--author", "Us"])
    assert (ran.status, ran.stdout) == (2, "")


def at(gone: dict[str, str]) -> str:
    """A moment before it was taken out."""
    return str(datetime.fromisoformat(gone["removed_at"]) - timedelta(microseconds=1))


def test_documents_are_listed_and_taken_out(tmp_path: Path) -> None:
    write_fleet(Lake(str(tmp_path / "lake")))
    assert run(tmp_path, ["vex", "list"]).stdout.startswith("No VEX document counts now; take one with")
    statement = {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": WEB}], "status": "fixed"}
    issues = {"first": {}, "second": {"timestamp": "2026-02-01T00:00:00Z"}, "other": {"author": "Other"}}
    for name, more in issues.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({**OPENVEX, **more, "statements": [statement]}), encoding="utf-8")
    ran = run(tmp_path, ["vex", "import", "first.json", "second.json", "other.json"])
    assert ran.stdout.splitlines()[2].endswith("It counts for nothing that is found now."), "the second one is newer"
    shown = json.loads(run(tmp_path, ["vex", "list", "--format", "json"]).stdout)
    assert sorted((row["id"], row["author"], row["statements"], row["findings"], row["source"]) for row in shown) == [
        ("doc", "Acme", 1, 1, "second.json"), ("doc", "Other", 1, 0, "other.json"),
    ]  # fmt: skip
    assert "1 finding in 1 image" in run(tmp_path, ["vex", "list"]).stdout
    ran = run(tmp_path, ["vex", "remove", "doc"])
    assert (ran.status, ran.stderr) == (2, "hullmark: doc is a document of several; name one with --author: Acme, Other\n")
    assert run(tmp_path, ["vex", "remove", "none"]).stderr.startswith("hullmark: no document none was imported;")
    ran = run(tmp_path, ["vex", "remove", "doc", "--author", "Acme"])
    assert "doc of Acme is taken out: what it counted for (1 finding in 1 image) stands without it" in ran.stdout
    (row,) = json.loads(run(tmp_path, ["vex", "list", "--format", "json"]).stdout)
    assert (row["author"], row["findings"]) == ("Other", 1), "both issues are gone, and the other document counts"
    gone = json.loads(run(tmp_path, ["vex", "list", "--all", "--format", "json"]).stdout)[1]
    assert (gone["id"], gone["author"], gone["statements"], gone["source"]) == ("doc", "Acme", 1, "second.json")
    assert (gone["findings"], gone["removed_by"]) == (None, gone["imported_by"])
    assert gone["removed_at"] > gone["imported_at"]
    assert "nothing: removed 20" in " ".join(run(tmp_path, ["vex", "list", "--all"]).stdout.split())
    asked = "SELECT count(*) FROM vex_statements_at(TIMESTAMPTZ '%s')"
    counts = [
        run(tmp_path, ["query", asked % row, "--format", "csv"]).stdout.split()[-1] for row in (at(gone), "2999-01-01")
    ]
    assert counts == ["3", "1"], "what stood before can be asked for"
    assert run(tmp_path, ["vex", "import", "second.json"]).status == 0
    assert len(json.loads(run(tmp_path, ["vex", "list", "--all", "--format", "json"]).stdout)) == 3, (
        "it is back, and was gone"
    )
    (tmp_path / "empty.json").write_text(json.dumps({**OPENVEX, "statements": []}), encoding="utf-8")
    assert "It states nothing; `hullmark vex remove` takes out" in run(tmp_path, ["vex", "import", "empty.json"]).stdout
