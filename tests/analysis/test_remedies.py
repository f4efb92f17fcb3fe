"""What a plan promises is what applying it really gives: random fleets, upgraded as planned and matched again."""

import io
import json
import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.bases import update_bases
from hullmark.analysis.campaigns import best_changes, campaigns, find_elements
from hullmark.analysis.image_plan import Copy, Origin, image_origin, image_plan
from hullmark.analysis.remedies import find_remedies, open_remedies
from hullmark.exceptions import Scope, exception_row
from hullmark.fleet.findings import update_findings
from hullmark.fleet.run import Kind, new_run
from hullmark.lake.schema import FINDINGS
from hullmark.lake.store import Lake
from hullmark.reports.fixes_report import (
    campaigns_csv,
    campaigns_json,
    campaigns_markdown,
    campaigns_table,
    copies,
    plan_json,
    plan_markdown,
    plan_view,
    sources,
)
from hullmark.versions import key
from tests.advisories.feeds import read, record, write_osv
from tests.analysis.fleets import NOW, Image, point, tell, write, write_images
from tests.matching.findings import matched, package

VERSIONS = tuple(f"{major}.{minor}" for major in range(1, 4) for minor in range(4))
NAMES = tuple(f"p{number}" for number in range(12))
LATER = NOW + timedelta(days=1)
Found = set[tuple[str, str, str]]


def feeds(rng: random.Random, folder: Path) -> FeedStore:
    """Advisories with holes, so that the fix of one is affected by another."""
    records = []
    for number in range(40):
        low, high = sorted(rng.sample(range(len(VERSIONS)), 2))
        closing_event = {"fixed": VERSIONS[high]} if rng.random() < 0.8 else {"last_affected": VERSIONS[high]}
        events = [{"introduced": VERSIONS[low]}, closing_event]
        records.append(record(f"CVE-2024-{1000 + number}", package=rng.choice(NAMES), events=events))
    return read(write_osv(folder / "feeds", *records), "PyPI")


def fleet(rng: random.Random, images: int = 12) -> list[dict[str, Any]]:
    return [
        package("PyPI", name, rng.choice(VERSIONS), image_digest=Image(f"app{number}:1", "a").digest, path=f"site/{name}")
        for number in range(images)
        for name in rng.sample(NAMES, 6)
    ]


KEPT = ("as rows", "by verdict")  # what an older Hullmark wrote, and what this one does


def lake_of(folder: Path, rows: list[dict[str, Any]], store: FeedStore, *images: Image, kept: str = "as rows") -> Lake:
    lake = Lake(str(folder / kept))
    write_images(lake, *images)
    write(lake, "packages", rows)
    if kept == "by verdict":
        update_findings(lake, store, new_run(Kind.ADVISORIES))
        return lake
    found = matched(store, rows)
    more = {"status": "open", "first_seen": NOW, "last_seen": NOW}
    write(lake, "findings", [{**row, **more} for row in found.to_pylist()])
    return lake


def identities(table: pa.Table) -> Found:
    return {(row["image_digest"], row["path"], row["vulnerability"]) for row in table.to_pylist()}


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("seed", range(6))
def test_the_expected_result_is_the_real_one(tmp_path: Path, seed: int, kept: str) -> None:
    rng = random.Random(seed)  # noqa: S311  a sample
    store, rows = feeds(rng, tmp_path), fleet(rng)
    images = [Image(f"app{number}:1", "a") for number in range(12)]
    lake = lake_of(tmp_path, rows, store, *images, kept=kept)
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        left = connection.sql("SELECT image_digest, split_part(package_key, '|', 5) AS path, vulnerability "
                              "FROM expected WHERE NOT upgraded").to_arrow_table()  # fmt: skip
        come = connection.sql("SELECT image_digest, split_part(package_key, '|', 5) AS path, vulnerability FROM brought")
        promised = identities(left) | identities(come.to_arrow_table())
        targets = {
            (digest, path): target
            for digest, path, target in connection.sql("SELECT image_digest, path, target FROM upgrade").fetchall()
        }
    assert targets
    applied = [upgraded(row, targets.get((row["image_digest"], row["path"]), "")) for row in rows]
    assert promised == identities(matched(store, applied))


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("seed", range(6))
def test_building_again_on_the_successor_comes_to_what_is_expected(tmp_path: Path, seed: int, kept: str) -> None:
    """Random bases that have moved on: what is left and what comes is what the images have on the new one."""
    rng = random.Random(seed)  # noqa: S311  a sample
    store = feeds(rng, tmp_path)
    old, new = Image("base:old", "a", tagged=False), Image("base:1.0", "n")
    apps = [Image(f"app{number}:1", "a" + "cdef"[number]) for number in range(4)]
    below = {image.digest: [(name, rng.choice(VERSIONS)) for name in rng.sample(NAMES, 6)] for image in (old, new)}
    above = {image.digest: [(name, rng.choice(VERSIONS)) for name in rng.sample(NAMES, 4)] for image in apps}
    made = {image.digest: installed(image, below[image.digest], 0) for image in (old, new)}
    made |= {image.digest: stacked(image, below[old.digest], above[image.digest]) for image in apps}
    lake = lake_of(tmp_path, [row for rows in made.values() for row in rows], store, old, new, *apps, kept=kept)
    point(lake, ("base:1.0", old.digest, NOW, LATER), ("base:1.0", new.digest, LATER, None))
    update_bases(lake)
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        sql = "SELECT image_digest, package, vulnerability FROM expected WHERE NOT rebased"
        left = connection.sql(sql).fetchall()
        come = connection.sql("SELECT image_digest, package, vulnerability FROM newcomer").fetchall()
        closes = connection.sql("SELECT count(*) FROM expected WHERE rebased").fetchall()[0][0]
        find_elements(connection)
        rows = best_changes(connection, 50).to_pylist()
    mended = [row for image in apps for row in stacked(image, below[new.digest], above[image.digest])]
    ours = {image.digest for image in apps}
    real = {(row["image_digest"], row["package"], row["vulnerability"]) for row in matched(store, mended).to_pylist()}
    assert real
    assert {row for row in [*left, *come] if row[0] in ours} == real
    told = [row for row in rows if row["kind"] == "base"]
    assert sum(row["closes"] for row in told) <= closes
    assert all(row["brings"] == len(come) for row in told)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_settled_is_left_out_however_findings_are_kept(tmp_path: Path, seed: int) -> None:
    """Exceptions of a vulnerability, of a package and of a repository: the same changes for the same findings."""
    rng = random.Random(seed)  # noqa: S311  a sample
    store, rows = feeds(rng, tmp_path), fleet(rng)
    images = [Image(f"app{number}:1", "a") for number in range(12)]
    names = sorted({row["vulnerability"] for row in matched(store, rows).to_pylist()})
    now = datetime.now(UTC)
    scopes = [
        Scope(rng.choice(names)),
        Scope(rng.choice(names), repository="app1*"),
        Scope(package="pypi/p3"),
        Scope(repository="app5"),
    ]
    told = pa.concat_tables(
        [exception_row(scope, "known", "ann", "bob", (now, now + timedelta(days=1))) for scope in scopes]
    )
    found = []
    for kept in KEPT:
        lake = lake_of(tmp_path, rows, store, *images, kept=kept)
        lake.commit("exceptions", told)
        with closing(open_remedies(lake, 1024)) as connection:
            changes = campaigns(connection, store, LATER).to_pylist()
            sql = "SELECT image_digest, package_key, vulnerability, target, upgraded FROM expected ORDER BY ALL"
            found.append((changes, connection.sql(sql).fetchall()))
    assert 0 < len(found[0][1]) < matched(store, rows).num_rows
    assert found[0] == found[1]


def installed(image: Image, packages: list[tuple[str, str]], layer: int) -> list[dict[str, Any]]:
    more = {"image_digest": image.digest, "layer": image_layer(image, layer), "layer_index": layer}
    return [package("PyPI", name, version, path=f"{layer}/{name}", **more) for name, version in packages]


def stacked(image: Image, *layers: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [row for index, packages in enumerate(layers) for row in installed(image, packages, index)]


def upgraded(row: dict[str, Any], target: str) -> dict[str, Any]:
    changed = {"version": target, "advisory_version": target, "version_key": key("pep440", target)} if target else {}
    return {**row, **changed}


def test_the_smallest_version_that_ends_all_that_can_be_ended(tmp_path: Path) -> None:
    base = write_osv(
        tmp_path / "feeds",
        record("CVE-2024-1", events=[{"introduced": "0"}, {"fixed": "1.10"}]),
        record("CVE-2024-2", events=[{"introduced": "0"}, {"fixed": "1.9"}]),
        record("CVE-2024-3", events=[{"introduced": "0"}]),
        record("CVE-2024-4", events=[{"introduced": "1.10"}, {"fixed": "1.11"}]),
    )
    store, image = read(base, "PyPI"), Image("app:1", "a")
    lake = lake_of(tmp_path, [package("PyPI", "p", "1.0", image_digest=image.digest)], store, image)
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        assert connection.sql("SELECT installed, target FROM upgrade").fetchall() == [("1.0", "1.10")]
        ends = connection.sql("SELECT vulnerability, upgraded FROM expected ORDER BY vulnerability").fetchall()
        assert ends == [("CVE-2024-1", True), ("CVE-2024-2", True), ("CVE-2024-3", False)]
        assert connection.sql("SELECT vulnerability, target FROM brought").fetchall() == [("CVE-2024-4", "1.10")]


def finding(image: Image, number: int, layer: int, **more: object) -> dict[str, object]:
    name = f"lib{number}"
    return dict.fromkeys(FINDINGS.names) | {
        "image_digest": image.digest, "package_key": f"pypi|{name}|1||x", "vulnerability": f"CVE-2024-{number}",
        "type": "pypi", "package": name, "version": "1", "purl": f"pkg:pypi/{name}@1", "path": "x",
        "layer": image_layer(image, layer), "layer_index": layer, "fixed_version": "2", "severity": "medium", "kev": False,
        "kev_ransomware": False, "status": "open",
    } | more  # fmt: skip


def compared(findings: list[dict[str, object]]) -> list[dict[str, object]]:
    """The packages that these findings are of."""
    return [
        {
            "image_digest": row["image_digest"], "path": "x", "type": "pypi", "name": row["package"], "version": "1",
            "arch": "", "purl": row["purl"], "ecosystem": "PyPI", "advisory_name": row["package"], "advisory_version": "1",
        }
        for row in findings
    ]  # fmt: skip


def image_layer(image: Image, index: int) -> str:
    return str([row["layer"] for row in image.layer_rows()][index])


def test_a_base_is_mended_where_it_is_made(tmp_path: Path) -> None:
    """Two findings in a base that three images share are one change there; an application's own one is another."""
    base = Image("corp/base:1", "ab")
    apps = [Image(f"team/app{number}:1", "ab" + "cde"[number]) for number in range(3)]
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, base, *apps)
    everywhere = [finding(image, number, 1) for image in (base, *apps) for number in (1, 2)]
    own = [
        finding(apps[0], 3, 2, kev=True, severity="high"),
        finding(apps[1], 4, 2),
        finding(apps[2], 5, 2, fixed_version=""),
    ]
    write(lake, "findings", everywhere + own)
    write(lake, "packages", compared(everywhere + own))
    update_bases(lake)
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        rows = campaigns(connection, store, LATER).to_pylist()
    seen = [(row["change"], row["closes"], row["images"], row["exploited"], row["packages"]) for row in rows]
    assert seen == [
        ("Upgrade pypi packages in corp/base", 8, 4, 0, ["lib1 2", "lib2 2"]),
        ("Upgrade pypi packages in team/app0", 1, 1, 1, ["lib3 2"]),
        ("Upgrade pypi packages in team/app1", 1, 1, 0, ["lib4 2"]),
    ]


def test_where_it_is_built_from_goes_along(tmp_path: Path) -> None:
    """The revision only where one is meant."""
    label, lake = "org.opencontainers.image.", Lake(str(tmp_path / "lake"))
    apps = [
        Image(f"{name}:{tag}", letter, labels={f"{label}source": f"https://git/{name}", f"{label}revision": revision})
        for name, tag, letter, revision in (("one", 1, "a", "r1"), ("two", 1, "b", "r1"), ("two", 2, "c", "r2"))
    ]
    write_images(lake, *apps)
    rows = [finding(app, number, 0) for number, app in enumerate(apps)]
    write(lake, "findings", rows)
    write(lake, "packages", compared(rows))
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        found = campaigns(connection, store, LATER).to_pylist()
    assert {row["made_in"]: row["sources"] for row in found} == {
        "one": [place("https://git/one", "r1")], "two": [place("https://git/two", images=2)],
    }  # fmt: skip


def place(source: str, revision: str = "", dockerfile: str = "", images: int = 1) -> dict[str, object]:
    return {"source": source, "revision": revision, "dockerfile": dockerfile, "images": images}


def test_a_base_is_replaced_in_the_dockerfiles_of_the_images_on_it(tmp_path: Path) -> None:
    """Not where the base itself is built: two images of one Dockerfile, one of another repository, one that says nothing."""
    label, lake = "org.opencontainers.image.", Lake(str(tmp_path / "lake"))
    old = Image("base:old", "a", tagged=False, labels={f"{label}source": "https://git/base"})
    new, app = Image("base:1.0", "n", labels=old.labels), {f"{label}source": "https://git/app", f"{label}revision": "r1"}
    on_it = [
        Image("app:1", "ab", labels=app),
        Image("app:2", "ac", labels=app | {f"{label}source": "https://git/app.git", f"{label}revision": "r2"}),
        Image("web:1", "ad", labels={f"{label}source": "https://git/web", f"{label}revision": "r7"}),
        Image("mute:1", "ae"),
    ]
    write_images(lake, old, new, *on_it)
    point(lake, ("base:1.0", old.digest, NOW, LATER), ("base:1.0", new.digest, LATER, None))
    rows = [finding(image, 1, 0, fixed_version="") for image in (old, *on_it)]
    write(lake, "findings", rows)
    write(lake, "packages", compared(rows))
    update_bases(lake)
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        found = campaigns(connection, store, LATER)
    first = found.to_pylist()[0]
    places = [place("https://git/app", images=2), place("https://git/web", "r7")]
    assert (first["change"], first["sources"], first["unsourced"]) == ("Build again on base:1.0", places, 1)
    assert sources(first) == "2 places: https://git/app; https://git/web at r7 (not known of 1 image)"
    assert campaigns_markdown([first]).splitlines()[3:] == [
        "  - sources: 2 places", "    - [ ] https://git/app (2 images)", "    - [ ] https://git/web at r7 (1 image)",
        "  - source not known of 1 image",
    ]  # fmt: skip
    assert '"https://git/app; https://git/web at r7"' in campaigns_csv(found).decode()
    assert json.loads(campaigns_json(found))[0]["sources"] == places


def test_of_many_places_some_are_named() -> None:
    row = {"sources": [place(f"https://git/{number}") for number in range(40)], "unsourced": 0, "packages": [], "rank": 1}
    row |= {"change": "c", "closes": 1, "images": 40, "accounts": 1, "exploited": 0, "brings": 0}
    assert sources(row) == "40 places: https://git/0; https://git/1; https://git/2 and 37 more"
    assert campaigns_markdown([row]).endswith("https://git/29 (1 image)\n    - 10 more, which JSON and CSV name\n")


def test_provenance_says_what_labels_do_not(tmp_path: Path) -> None:
    label, lake = "org.opencontainers.image.", Lake(str(tmp_path / "lake"))
    own = Image("own:1", "a", labels={f"{label}source": "https://git/own", f"{label}revision": "r1"})
    same = Image("same:1", "d", labels={f"{label}source": "https://git/told.git"})
    apps = [own, Image("told:1", "b"), Image("untold:1", "c"), same]
    write_images(lake, *apps)
    for app in (own, apps[1], same):
        tell(lake, app, source="https://git/told", revision="r9", dockerfile="build/Dockerfile")
    rows = [finding(app, number, 0) for number, app in enumerate(apps)]
    write(lake, "findings", rows)
    write(lake, "packages", compared(rows))
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        found = campaigns(connection, store, LATER)
        origins = [image_origin(connection, app.digest) for app in apps]
        assert image_origin(connection, "sha256:none") == Origin()
    expected = [
        ("https://git/own", "r1", ""), ("https://git/told", "r9", "build/Dockerfile"), ("", "", ""),
        ("https://git/told.git", "r9", "build/Dockerfile"),
    ]  # fmt: skip
    assert [(item.source, item.revision, item.dockerfile) for item in origins] == expected
    told = dict(zip(("own", "told", "untold", "same"), expected, strict=True))
    assert {row["made_in"]: row["sources"] for row in found.to_pylist()} == {
        name: [place(*said)] if said[0] else [] for name, said in told.items()
    }
    line = "https://git/told at r9, build/Dockerfile"
    assert f"source: {line}" in campaigns_markdown(found.to_pylist())
    assert '"https://git/told at r9, build/Dockerfile"' in campaigns_csv(found).decode()
    assert f"Source: {line}" in plan_markdown("told:1", (), origins[1])
    assert json.loads(plan_json("d", (), origins[1]))["built_from"]["dockerfile"] == "build/Dockerfile"
    for shown in (campaigns_table(found.to_pylist()), plan_view((), origins[1])):
        screen = Console(width=200, file=io.StringIO())
        screen.print(shown)
        assert line in screen.file.getvalue()  # type: ignore[attr-defined]  # a StringIO


def test_the_plan_of_an_image(tmp_path: Path) -> None:
    """Its base has moved on: that first, then what is left, then what nobody has fixed."""
    old, new, app = Image("base:old", "a", tagged=False), Image("base:1.0", "n"), Image("app:1", "ab")
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, old, new, app)
    point(lake, ("base:1.0", old.digest, NOW, LATER), ("base:1.0", new.digest, LATER, None))
    rows = [
        finding(app, 1, 0),
        finding(app, 2, 0, kev=True),
        finding(app, 3, 1, severity="high"),
        finding(app, 4, 1, fixed_version=""),
    ]
    write(lake, "findings", [*rows, finding(new, 1, 0)])
    write(lake, "packages", compared([*rows, finding(new, 1, 0)]))
    update_bases(lake)
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        steps = image_plan(connection, app.digest)
        assert image_plan(connection, "sha256:none") == ()
    assert [(step.kind, step.title, step.change.text, step.closes, step.exploited) for step in steps] == [
        ("base", "Build on base:1.0", "FROM base:1.0", 1, 1),
        ("upgrade", "Upgrade 2 pypi packages", "lib1>=2\nlib3>=2", 2, 0),
        ("wait", "Nothing available yet", "", 1, 0),
    ]


def test_of_several_versions_of_a_package_the_plan_says_which_goes_where(tmp_path: Path) -> None:
    base = write_osv(
        tmp_path / "feeds",
        record("CVE-2024-1", events=[{"introduced": "0"}, {"fixed": "3.9"}, {"introduced": "4"}, {"fixed": "4.2"}]),
        record("CVE-2024-2", package="q", events=[{"introduced": "0"}, {"fixed": "2"}]),
    )
    store, app = read(base, "PyPI"), Image("app:1", "a")
    places = [("p", "3.0", "a|b/p/METADATA"), ("p", "4.0", "c/p/METADATA"), ("q", "1.0", "a/q"), ("q", "1.0", "c/q")]
    rows = [package("PyPI", name, version, path=path, image_digest=app.digest) for name, version, path in places]
    lake = lake_of(tmp_path, rows, store, app)
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        (step,) = image_plan(connection, app.digest)
    assert step.change.text == "p>=3.9\np>=4.2\nq>=2"
    assert step.copies == (Copy("p", "3.0", "a|b/p/METADATA", "3.9"), Copy("p", "4.0", "c/p/METADATA", "4.2"))
    screen = Console(file=io.StringIO(), width=120)
    screen.print(plan_view((step,), Origin()))
    line = "p 4.0 in c/p/METADATA: to 4.2"
    assert line in screen.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert f"   - {line}\n" in plan_markdown("app:1", (step,), Origin())
    assert json.loads(plan_json("d", (step,), Origin()))["steps"][0]["copies"][1]["target"] == "4.2"
    many = replace(step, copies=step.copies * 11)
    assert copies(many)[-1] == "and 2 more, which JSON names"


def test_what_nothing_runs_is_removed_where_no_version_mends_it(tmp_path: Path) -> None:
    app, lake = Image("app:1", "a"), Lake(str(tmp_path / "lake"))
    write_images(lake, app)
    headers = {"type": "deb", "fixed_version": "", "rule": "kernel-headers", "package": "linux-libc-dev"}
    rows = [finding(app, 1, 0, **headers), finding(app, 2, 0, fixed_version="")]
    write(lake, "findings", rows)
    write(lake, "packages", compared(rows))
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", package="other", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        steps = image_plan(connection, app.digest)
    assert [(step.kind, step.title, step.change.text, step.closes) for step in steps] == [
        ("remove", "Remove 1 package that nothing runs", "RUN apt-get purge -y --auto-remove linux-libc-dev", 1),
        ("wait", "Nothing available yet", "", 1),
    ]


def test_a_fleet_without_findings_has_no_campaign(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, Image("app:1", "a"))
    store = read(write_osv(tmp_path / "feeds", record("CVE-2024-99", events=[{"introduced": "0"}])), "PyPI")
    with closing(lake.connect()) as connection:
        assert campaigns(connection, store, LATER).num_rows == 0


def test_what_an_exception_covers_needs_no_change(tmp_path: Path) -> None:
    rng = random.Random(3)  # noqa: S311  a sample
    store, rows = feeds(rng, tmp_path), fleet(rng)
    lake = lake_of(tmp_path, rows, store, *(Image(f"app{number}:1", "a") for number in range(12)))
    with closing(lake.connect()) as connection:
        chosen, count = connection.sql(
            "SELECT vulnerability, count(*) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()[0]
        find_remedies(connection, store, LATER)
        before = connection.sql("SELECT count(*) FROM expected").fetchall()[0][0]
    today = datetime.now(UTC)
    lake.commit("exceptions", exception_row(Scope(chosen), "known", "ann", "bob", (today, today + timedelta(days=1))))
    with closing(lake.connect()) as connection:
        find_remedies(connection, store, LATER)
        left = connection.sql("SELECT vulnerability FROM expected").fetchall()
    assert len(left) == before - count
    assert (chosen,) not in left
