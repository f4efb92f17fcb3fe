"""What a person sees: complete, within 80 columns, and harmless whatever an image contains."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from hullmark.exceptions import Scope
from hullmark.fleet.standing import Standing, mark_account
from hullmark.lake.store import Lake
from hullmark.model import Distro
from hullmark.reports.fleet_summary import fleet_summary
from hullmark.reports.scan_report import Report
from hullmark.reports.scan_table import print_scan
from hullmark.reports.severity import ORDER
from hullmark.reports.terminal import age, counted, plain, severity_bar, size
from tests.exceptions import standing
from tests.lake.rows import NOW, digest, rows
from tests.reports.samples import FINDINGS, IMAGE, LAYERS, finding, package, removed, sample

HOSTILE = "evil\x1b[2J\x07\r\x9b31m\u202e\u2028[bold red]"


def shown(show: Callable[[Console], None], width: int = 80) -> str:
    console = Console(width=width, color_system=None, record=False, force_terminal=False, file=None)
    with console.capture() as captured:
        show(console)
    text = captured.get()
    assert all(len(line) <= width for line in text.splitlines())
    return text


def scan(*reports: Report) -> str:
    return shown(lambda console: print_scan(reports, console))


def test_a_list_shows_every_package_and_claims_nothing() -> None:
    items = rows("packages", package("zlib", version="1.3", licence="Zlib"), package(HOSTILE, layer=LAYERS[2].digest))
    report = sample(packages=items, findings=rows("findings"))
    text = shown(lambda console: print_scan([report], console, listed=True))
    assert "Zlib" in text
    assert "evil" in text
    assert "\x1b" not in text
    assert "not asked" in text
    assert "vulnerabilities" not in text
    assert "could not" not in text


def test_a_list_has_one_line_a_package() -> None:
    """However long its name is, with the number of its places, and no line that only a wide terminal needs."""
    named = [package("left-pad", path=f"srv/{place}/package.json") for place in "ab"] + [package("n" * 90, licence="MIT")]
    report = sample(packages=rows("packages", *named), findings=rows("findings"))
    text = shown(lambda console: print_scan([report], console, listed=True), width=180)
    lines = [line.split() for line in text.splitlines()]
    assert sum(line[1:3] == ["left-pad", "×2"] for line in lines) == 1
    assert [line[-1] for line in lines if line[1:2] == ["n" * 90]] == ["MIT"]


def test_a_scan_says_what_was_found() -> None:
    text = scan(sample())
    for words in (
        "registry.example/payments/api:2.4.1", "debian 12 · linux/amd64", "3 layers · 3 packages (deb 3)",
        "osv/Debian 5 h, kev never", "5 findings  2 critical · 1 medium · 1 low · 1 unknown",
        "1 vulnerability known to be exploited", "openssl 1.0 · layer 0", "KEV", "30 %", "no fix",
        "updating 2 packages ends 2 of 5 findings", "2 of them came with layer 0",
        "%: how likely it is to be exploited within 30 days (EPSS); KEV: known to CISA",
    ):  # fmt: skip
        assert words in text
    order = [text.index(words) for words in ("openssl 1.0", "CVE-2023-0002", "CVE-2023-0003", "zlib 1.0", "curl 1.0")]
    assert order == sorted(order), "packages by their gravest finding, findings beneath their package"


@pytest.mark.parametrize("width", [46, 50, 64, 72, 80, 200])
def test_a_narrow_terminal_loses_no_fixed_version(width: int) -> None:
    text = shown(lambda console: print_scan([sample()], console), width)
    assert "30 %" in text
    assert "1.1" in text.partition("CVE-2023-0002")[2].splitlines()[0]


def test_what_speaks_for_a_package_and_whom_it_belongs_to() -> None:
    packages = rows(
        "packages",
        package("zlib", upgraded_from="0.9"),
        package("curl", origin="lock", path="app/lock"),
        package("openssl", origin="binary", path="usr/bin/openssl", owner="deb/openssl"),
    )
    findings = rows("findings", finding("zlib", "CVE-1", "low"), finding("curl", "CVE-2", "low", path="app/lock"))
    text = " ".join(scan(sample(packages=packages, findings=findings)).split())
    for words in (
        "zlib 1.0 · layer 0 (before: 0.9)", "curl 1.0 · layer 0 · lock file", "1 told by the content of programs",
        "1 only asked for in lock files", "1 in files of system packages, judged with",
    ):  # fmt: skip
        assert words in text


def test_removed_packages_are_counted_and_listed_on_request() -> None:
    report = sample(removed=rows("removed_packages", removed("gcc"), removed("zlib", version="0.9", replaced_by="1.0")))
    counted_only = " ".join(scan(report).split())
    assert "still ship 2 packages that later ones removed or replaced: --removed" in counted_only
    text = shown(lambda console: print_scan([report], console, removed=True))
    listed = [" ".join(line.split()) for line in text.splitlines()]
    assert "2 packages that lower layers still ship" in listed
    assert "gcc 1.0 layer 0 → 2 removed" in listed
    assert "zlib 0.9 layer 0 → 2 now 1.0" in listed


def test_long_lists_are_counted_not_dropped_silently() -> None:
    many = [finding("openssl", f"CVE-2024-{number:04}", "high") for number in range(9)]
    others = [finding(f"p{number}", "CVE-2025-0001", "low") for number in range(50)]
    problems = rows("problems", *({"path": f"p{number}", "reason": "r"} for number in range(20)))
    text = scan(sample(findings=rows("findings", *many, *others), problems=problems))
    assert "+ 4 high" in text
    assert "and 11 packages with 11 findings" in text
    assert "20 problems: the report is not complete" in text
    assert "and 12 more" in text


@pytest.mark.parametrize(
    ("ecosystem", "words"),
    [("Debian:12", "✓ No known vulnerabilities in 1 package."), ("", "Nothing could be compared with advisories")],
)
def test_nothing_found_is_said_with_care(ecosystem: str, words: str) -> None:
    text = scan(sample(findings=rows("findings"), packages=rows("packages", package("a", ecosystem=ecosystem))))
    assert words in text
    assert ("1 package could not be compared" in text) == (not ecosystem)


def test_no_packages_and_no_feeds_are_not_good_news() -> None:
    report = sample(findings=rows("findings"), packages=rows("packages"), distro=Distro())
    assert "No packages were found" in scan(report)
    assert "no known operating system" in scan(report)
    loaded = sample(findings=rows("findings"))
    missing = scan(loaded | {"feeds": []})
    assert "Nothing could be compared with advisories" in missing
    assert "✓" not in missing


def test_packages_whose_advisories_are_missing_are_counted() -> None:
    found = rows("packages", package("a", ecosystem="Debian:12"), package("b", ecosystem="PyPI"))
    text = scan(sample(findings=rows("findings"), packages=found))
    assert "✓ No known vulnerabilities in 1 package." in text
    assert "1 package could not be compared: the advisories for PyPI could not be loaded" in text


def test_hostile_text_is_written_out() -> None:
    image = replace(IMAGE, reference=HOSTILE)
    findings = rows(
        "findings", finding(HOSTILE, HOSTILE, "high", version=HOSTILE, fixed_version=HOSTILE, purl=HOSTILE, path=HOSTILE)
    )
    packages = rows("packages", package(HOSTILE, type=HOSTILE))
    problems = rows("problems", {"path": HOSTILE, "cataloger": HOSTILE, "reason": HOSTILE})
    text = scan(sample(image, Distro(HOSTILE, HOSTILE), packages, findings, problems))
    assert not set(text) & set("\x1b\x07\r\x9b\u202e\u2028")
    assert "\\x1b[2J\\x07" in text
    assert "[bold red]" in text.replace("\n", "")


def test_plain_is_bounded_and_keeps_what_is_harmless() -> None:
    assert plain("a" * 1000, 10) == "aaaaaaaaaa…"
    assert plain("naïve 日本 [x]") == "naïve 日本 [x]"
    assert plain(None) == "None"
    assert plain("\x00\u200b\udcff") == "\\x00\\u200b\\udcff"


def test_several_platforms_are_shown_one_after_the_other() -> None:
    assert scan(sample(), sample()).count("registry.example/payments/api") == 2


def test_numbers_for_people() -> None:
    assert [age(hours) for hours in (None, 0.2, 5, 47, 48, 240)] == ["never", "under 1 h", "5 h", "47 h", "2 d", "10 d"]
    assert [counted(1, "layer"), counted(0, "layer"), counted(2, "vulnerability")] == [
        "1 layer",
        "0 layers",
        "2 vulnerabilities",
    ]
    assert [size(count) for count in (0, 999, 1500, 2_500_000, 3 * 10**12)] == ["0 B", "999 B", "1.5 kB", "2.5 MB", "3.0 TB"]
    bar = severity_bar({"critical": 1, "low": 10_000}, 60).plain
    assert 60 <= len(bar) <= 61, "a severity that occurs is seen, however rare"
    assert len(severity_bar(dict.fromkeys(ORDER, 1), 60).plain) <= 60 + len(ORDER)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path))
    lake.create()
    return lake


def summary(lake: Lake, run: str = "r1") -> str:
    con = lake.connect()
    made: RenderableType = fleet_summary(con, run, NOW)
    con.close()
    return shown(lambda console: console.print(made))


def test_the_summary_of_an_empty_lake_says_what_to_do(lake: Lake) -> None:
    text = summary(lake)
    assert "Run r1 is not recorded" in text
    assert "Not compared with any advisory yet" in text
    assert "hullmark feeds sync" in text


def test_the_summary_of_a_run(lake: Lake) -> None:
    run = {"kind": "assessment", "state": "done", "accounts": 2, "repositories": 12, "digests": 40, "images_scanned": 3}
    lake.commit("runs", rows("runs", run | {"run": "r1", "layers_read": 5, "layers_known": 31, "bytes_read": 12_300_000}))
    coverage = [("scanned", ""), ("scanned", ""), ("failed", "corrupt"), ("skipped", "signature")]
    told = ({"run": "r1", "digest": digest(n), "status": status, "reason": why} for n, (status, why) in enumerate(coverage))
    lake.commit("coverage", rows("coverage", *told, {"run": "r0"}))
    places = [{"digest": digest("a"), "repository": name, "tags": ["2.4.1"]} for name in ("payments/api", "payments/copy")]
    gone = {"digest": digest("gone"), "repository": "gone", "state": "deleted"}
    lake.commit("images", rows("images", *places, gone))
    found = [dict(item) | {"image_digest": digest(image)} for item in FINDINGS for image in ("a", "gone")]
    lake.commit("findings", rows("findings", *found))
    lake.commit(
        "feed_snapshots", rows("feed_snapshots", {"feed": "osv-debian", "problems": 0}, {"feed": "kev", "problems": 2})
    )
    text = summary(lake)
    for words in (
        "Assessment run done in 0.0 s", "2 accounts, 12 repositories, 40 digests", "3 different images scanned, ",
        "5 layers read (12.3 MB), 31 known from before",
        "✓  2  scanned", "✗  1  failed, corrupt", "–  1  skipped, signature",
        "5 findings  2 critical · 1 medium · 1 low · 1 unknown", "1 known to be exploited · 2 have a fixed version (40 %)",
        "payments/api:2.4.1 (+1 more)", "openssl deb", "kev under 1 h (2 problems), osv-debian under 1 h",
    ):  # fmt: skip
        assert words in text, words
    assert "gone" not in text, "an image that left its registry is no longer counted"


def test_the_summary_names_the_platform_of_a_tag_for_several(lake: Lake) -> None:
    lake.commit("runs", rows("runs", {"run": "r1"}))
    kinds = {"a": ("app", "linux/amd64"), "b": ("app", "linux/arm64"), "c": ("alone", "linux/amd64")}
    images = ({"digest": digest(n), "repository": name, "tags": ["1"], "platform": of} for n, (name, of) in kinds.items())
    lake.commit("images", rows("images", *images))
    lake.commit("findings", rows("findings", *(dict(FINDINGS[0]) | {"image_digest": digest(n)} for n in kinds)))
    lines = [line.split()[:2] for line in summary(lake).splitlines() if line.strip().startswith(("app", "alone"))]
    assert sorted(lines)[1:] == [["app:1", "linux/amd64"], ["app:1", "linux/arm64"]]
    assert min(lines)[0] == "alone:1"


def test_the_summary_tells_which_accounts_are_no_longer_updated(lake: Lake) -> None:
    lake.commit("images", rows("images", *({"digest": digest(n), "account": str(n % 7)} for n in range(15))))
    for account in range(7):
        mark_account(lake.root, str(account), Standing.PAUSED, NOW)
    mark_account(lake.root, "0", Standing.DISCONNECTED, NOW)
    mark_account(lake.root, "1", Standing.CONNECTED, NOW)
    mark_account(lake.root, "8", Standing.PAUSED, NOW)  # without an image
    text = summary(lake)
    assert "0 disconnected since 2026-01-02 03:04 UTC: 3 images not updated" in text
    assert text.count("paused since 2026-01-02 03:04 UTC: 2 images not updated") == 4
    assert "Paused or disconnected too: 1 more account with 2 images." in text
    for other in (1, 8):
        assert f"{other} paused" not in text


def test_a_run_that_found_nothing_new_says_so(lake: Lake) -> None:
    lake.commit("runs", rows("runs", {"run": "r2", "layers_read": 0, "bytes_read": 0, "images_unchanged": 40}))
    text = summary(lake, "r2")
    assert "0 layers read" in text
    assert "Nothing has changed since the last run" in text


def test_the_summary_writes_out_hostile_text(lake: Lake) -> None:
    lake.commit("runs", rows("runs", {"run": "r", "kind": HOSTILE, "state": HOSTILE}))
    lake.commit("coverage", rows("coverage", {"run": "r", "repository": HOSTILE, "status": "failed", "reason": HOSTILE}))
    lake.commit("images", rows("images", {"digest": LAYERS[0].digest, "repository": HOSTILE, "tags": [HOSTILE]}))
    hostile = finding(HOSTILE, HOSTILE, HOSTILE, image_digest=LAYERS[0].digest, fixed_version="2")
    lake.commit("findings", rows("findings", hostile))
    lake.commit("feed_snapshots", rows("feed_snapshots", {"feed": HOSTILE}))
    assert not set(summary(lake, "r")) & set("\x1b\x07\r\x9b\u202e\u2028")


def test_the_summary_tells_what_is_settled(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "other"))
    standing.write_fleet(lake)
    lake.commit("feed_snapshots", rows("feed_snapshots", {"feed": "kev"}))
    standing.write_exceptions(lake, Scope("CVE-2026-1"))
    text = " ".join(summary(lake).split())
    assert "4 findings" in text
    assert "2 more are settled by exceptions or VEX" in text
    standing.write_exceptions(lake, Scope(repository="*"))
    assert "Exceptions or VEX have settled all 6 findings." in " ".join(summary(lake).split())
