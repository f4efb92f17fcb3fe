"""The main job on a real image: Debian's own programs say what is installed, real servers stand in for ECR's two sides.

mmdebstrap, pip and dpkg make the image, umoci its layers, skopeo pushes it into docker-registry behind basic auth, moto
answers the ECR API; Hullmark connects, discovers, scans and matches against ../shared/feeds, and Chromium reads a finding.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import expect

from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_customer, deploy_platform
from hullmark.demo.aws.server import PLATFORM_ACCOUNT
from hullmark.lake.query import query
from hullmark.lake.store import Lake
from hullmark.settings import read_settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.onboarding import new_external_id
from tests.conftest import require_program, shared_folder
from tests.dashboards.browser import chromium, page_of, served, settle
from tests.e2e import debian
from tests.e2e.registry import docker_registry, push

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
REGION, REPOSITORY, TAG = "eu-central-1", "team/app", "1.0"
ACCOUNT = ACCOUNTS[0]


@dataclass(frozen=True, slots=True)
class Job:
    """The lake after one run, and the image that was scanned."""

    lake: Lake
    image: debian.DebianImage
    run: str
    external_id: str

    def ask(self, sql: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = query(self.lake, sql).to_pylist()
        return rows


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, prefect_api: None) -> Iterator[Job]:
    feeds = shared_folder("feeds")
    folder = tmp_path_factory.mktemp("e2e")
    password, external_id = secrets.token_urlsafe(24), new_external_id()
    image = debian.build(folder)
    with docker_registry(folder / "registry", password) as url, DemoAws() as aws, pytest.MonkeyPatch.context() as patch:
        push(image.layout, debian.TAG, url, f"{REPOSITORY}:{TAG}", password)
        aws.set_registry(ACCOUNT, REGION, url, password)
        record(aws, image.layout)
        environ = {
            **aws.environment(PLATFORM_ACCOUNT),
            "HULLMARK_LAKE": str(folder / "lake"),
            "HULLMARK_FEEDS": str(feeds),
            "HULLMARK_PLATFORM_ROLE_ARN": deploy_platform(aws),
        }
        for name, value in environ.items():
            patch.setenv(name, value)
        run = connect_and_scan(aws, external_id)
        yield Job(Lake(str(folder / "lake")), image, run, external_id)


def connect_and_scan(aws: DemoAws, external_id: str) -> str:
    from flows.scan import scan  # noqa: PLC0415  Prefect is imported when its test API runs
    from tasks import hub  # noqa: PLC0415

    settings = read_settings()
    outputs = deploy_customer(aws, ACCOUNT, REGION, settings.platform_role_arn, external_id)
    outcome = hub.add(Integration(ACCOUNT, outputs["RoleArn"], outputs["ExternalId"], (REGION,)), settings)
    assert [check for check in outcome.checks if not check.ok] == []
    try:
        return scan([ACCOUNT])
    finally:
        hub.disconnect(ACCOUNT, settings)
        hub.forget(ACCOUNT)


def record(aws: DemoAws, layout: Path) -> None:
    """The image as ECR's API lists it, by the manifest that skopeo has pushed."""
    index = json.loads((layout / "index.json").read_text(encoding="utf-8"))
    descriptor = next(
        item for item in index["manifests"] if item["annotations"]["org.opencontainers.image.ref.name"] == debian.TAG
    )
    blob = layout / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")
    client = aws.client("ecr", ACCOUNT, REGION)
    client.create_repository(repositoryName=REPOSITORY)
    client.put_image(
        repositoryName=REPOSITORY,
        imageManifest=blob.read_text(encoding="utf-8"),
        imageManifestMediaType=descriptor["mediaType"],
        imageDigest=descriptor["digest"],
        imageTag=TAG,
    )


def test_the_run_is_complete(job: Job) -> None:
    found = job.ask("SELECT state, detail, digests, images_scanned, images_failed, layers_read FROM runs")
    assert found == [
        {"state": "completed", "detail": "", "digests": 1, "images_scanned": 1, "images_failed": 0, "layers_read": 3}
    ]
    assert job.ask("SELECT repository, tags, status, reason FROM coverage") == [
        {"repository": REPOSITORY, "tags": [TAG], "status": "scanned", "reason": ""}
    ]


def test_packages_are_what_dpkg_and_pip_say(job: Job) -> None:
    rows = job.ask("SELECT type, name, version, arch FROM packages WHERE origin = 'installed'")
    found = [(row["type"], row["name"], row["version"], row["arch"] if row["type"] == "deb" else "") for row in rows]
    assert len(found) == len(set(found))
    assert set(found) == set(job.image.steps[-1])


def test_programs_are_linked_to_the_packages_that_brought_them(job: Job) -> None:
    rows = job.ask("SELECT type, name, owner FROM packages WHERE origin <> 'installed'")
    assert ("generic", "bash", "deb/bash") in {(row["type"], row["name"], row["owner"]) for row in rows}
    assert {row["owner"] for row in rows} <= {f"deb/{row['name']}" for row in job.ask("SELECT name FROM packages")}


def test_each_package_names_the_layer_that_brought_it(job: Job) -> None:
    rows = job.ask("SELECT type, name, version, arch, layer_index FROM packages WHERE origin = 'installed'")
    found = {
        (row["type"], row["name"], row["version"], row["arch"] if row["type"] == "deb" else ""): row["layer_index"]
        for row in rows
    }
    assert found == {package: job.image.introduced_by(package) for package in job.image.steps[-1]}
    assert set(found.values()) == {0, 1, 2}


def test_source_packages_are_what_dpkg_says(job: Job) -> None:
    rows = job.ask("SELECT name, coalesce(nullif(source_name, ''), name) AS s, "
                   "coalesce(nullif(source_version, ''), version) AS v FROM packages WHERE type = 'deb'")  # fmt: skip
    root = job.image.layout.parent / "bundle" / "rootfs"
    stated = debian.source_packages(root)
    assert {row["name"]: (row["s"], row["v"]) for row in rows} == {row["name"]: stated[str(row["name"])] for row in rows}


def test_findings_name_package_layer_and_fix(job: Job) -> None:
    found = job.ask("SELECT package, version, fixed_version, severity, layer_index FROM findings "
                    "WHERE vulnerability = 'CVE-2020-28493'")  # fmt: skip
    assert found == [
        {"package": "Jinja2", "version": "2.11.2", "fixed_version": "2.11.3", "severity": "medium", "layer_index": 1}
    ]
    gone = job.ask("SELECT count(*) AS n FROM findings WHERE package = 'idna' OR version = '1.26.4'")
    assert gone == [{"n": 0}]
    assert job.ask("SELECT DISTINCT event, cause FROM finding_events") == [{"event": "opened", "cause": "image"}]


def test_no_secret_reaches_the_lake(job: Job) -> None:
    secret = job.external_id.encode()
    for file in Path(job.lake.root).rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes(), file


def test_anybodys_duckdb_reads_it(job: Job) -> None:
    program = (
        "import duckdb, sys; print(duckdb.execute('SELECT count(*) FROM read_parquet(?)', sys.argv[1:]).fetchall()[0][0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, f"{job.lake.root}/tables/packages/*.parquet"],
        capture_output=True, text=True, check=True, env={**os.environ},
    )  # fmt: skip
    assert int(done.stdout) == job.ask("SELECT count(*) AS n FROM packages")[0]["n"]


def test_the_dashboard_shows_the_finding(job: Job, tmp_path: Path) -> None:
    program = require_program("chromium")
    with (
        served(job.lake.root, tmp_path / "log") as address,
        chromium(program) as browser,
        page_of(browser) as (page, wrong),
    ):
        page.goto(f"{address}/vulnerability?id=CVE-2020-28493")
        settle(page)
        expect(page.get_by_text("CVE-2020-28493").first).to_be_visible()
        expect(page.get_by_text("In 1 image").first).to_be_visible()
        page.goto(f"{address}/images")
        settle(page)
        expect(page.get_by_text("1 of 1 image").first).to_be_visible()
        assert page.locator("[data-testid=stException]").count() == 0
        assert wrong == []


def test_a_second_run_reads_nothing(job: Job) -> None:
    from hullmark.inventory import LayerObjects  # noqa: PLC0415

    layers = [str(row["layer"]) for row in job.ask("SELECT layer FROM image_layers")]
    assert LayerObjects(job.lake.layer_objects_root).missing(layers) == []
    assert isinstance(query(job.lake, "FROM packages"), pa.Table)
