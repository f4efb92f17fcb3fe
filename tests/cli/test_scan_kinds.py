"""`hullmark scan` of every kind of IMAGE finds the same, in both formats, and says by its status what it found."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hullmark.demo.aws import DemoAws
from hullmark.demo.registry import DemoRegistry
from tests.cli.command import HULLMARK
from tests.cli.conftest import Hullmark
from tests.cli.images import (
    FILES,
    FINDING,
    STATUS,
    image,
    index_of,
    part,
    tar_of,
    write_docker_archive,
    write_layout,
    write_layout_tar,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "scan-report.schema.json").read_text(encoding="utf-8"))
PASSWORD = "a-demo-password"
LOGIN = {"HULLMARK_REGISTRY_USER": "AWS", "HULLMARK_REGISTRY_PASSWORD": PASSWORD}
ACCOUNT, REGION = "111122223333", "eu-central-1"
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
NEWER = STATUS.replace("3.0.9-1", "3.0.18-1~deb12u2")


@pytest.fixture
def registry() -> Iterator[DemoRegistry]:
    with DemoRegistry(PASSWORD) as demo:
        demo.push("shop/api", "1.0", image())
        demo.push("shop/api", "both", index_of("arm64", "s390x"))
        yield demo


def parse(text: str) -> Any:  # noqa: ANN401  a JSON document
    document = json.loads(text)
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    return document


def found(report: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401
    return [(item["id"], item["package"], item["version"]) for item in report["findings"]]


def archives(folder: Path) -> dict[str, Path]:
    """The same image as every kind of file."""
    plain = tar_of(FILES)
    return {
        "layout": write_layout(folder / "layout", image()),
        "layout tar": write_layout_tar(folder / "layout.tar", image()),
        "docker archive": write_docker_archive(folder / "saved.tar", [plain]),
        "docker archive with links": write_docker_archive(
            folder / "linked.tar", [plain, plain], {"1/layer.tar": "../0/layer.tar"}
        ),
    }


@pytest.mark.parametrize("kind", ["layout", "layout tar", "docker archive", "docker archive with links"])
def test_files(kind: str, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", str(archives(tmp_path)[kind]), "--feeds", str(feeds), "--format", "json")
    assert (ran.status, ran.stderr) == (0, "")
    report = parse(ran.stdout)
    assert (FINDING, "libssl3", "3.0.9-1") in found(report)
    (package,) = report["packages"]
    assert package["layer"] == report["image"]["layers"][0]["digest"]
    assert report["image"]["os"] == {"id": "debian", "version": "12"}


def test_a_list_loads_no_feed_and_lacks_nothing(tmp_path: Path, hullmark: Hullmark) -> None:
    layout = write_layout(tmp_path / "layout", image())
    ran = hullmark("scan", str(layout), "--list", "--feeds", str(tmp_path / "absent"), "--format", "json")
    assert (ran.status, ran.stderr) == (0, "")
    report = parse(ran.stdout)
    assert [package["name"] for package in report["packages"]] == ["libssl3"]
    assert (report["findings"], report["feeds"]) == ([], [])


@pytest.mark.parametrize("option", [("--fail-on", "high"), ("--vex", "statements.json")])
def test_a_list_refuses_what_needs_findings(option: tuple[str, str], tmp_path: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", str(write_layout(tmp_path / "layout", image())), "--list", *option)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hullmark: --list finds no vulnerabilities")


def test_a_registry_and_the_cache(registry: DemoRegistry, feeds: Path, hullmark: Hullmark) -> None:
    """A second scan downloads no layer; one with --no-cache does."""
    line = ["scan", f"{registry.host}/shop/api:1.0", "--feeds", str(feeds), "--format", "json"]
    reports = []
    downloads = []
    for more in ([], [], ["--no-cache"]):
        before = registry.requests["storage"]
        ran = hullmark(*line, *more, environ=LOGIN)
        assert (ran.status, ran.stderr) == (0, "")
        downloads.append(registry.requests["storage"] - before)
        reports.append({**parse(ran.stdout), "created": ""})
    assert downloads == [2, 1, 2]  # the configuration always, the layer unless it is known
    assert found(reports[0]) == found(reports[1]) == found(reports[2])
    assert found(reports[0])
    assert registry.requests["leak"] == 0


def test_ecr(registry: DemoRegistry, feeds: Path, hullmark: Hullmark) -> None:
    """AWS tells where the registry answers (proxyEndpoint), and gives the token for it."""
    with DemoAws() as aws:
        aws.set_registry(ACCOUNT, REGION, registry.url, PASSWORD)
        ran = hullmark(
            "scan", f"{ECR}/shop/api:1.0", "--feeds", str(feeds), "--format", "json", environ=aws.environment(ACCOUNT)
        )
    assert (ran.status, ran.stderr) == (0, "")
    report = parse(ran.stdout)
    assert FINDING in [item["id"] for item in report["findings"]]


def test_platforms(registry: DemoRegistry, feeds: Path, hullmark: Hullmark) -> None:
    line = ["scan", f"{registry.host}/shop/api:both", "--feeds", str(feeds), "--format", "json", "--platform"]
    one = parse(hullmark(*line, "linux/s390x", environ=LOGIN).stdout)
    assert one["image"]["platform"] == "linux/s390x"
    every = parse(hullmark(*line, "all", environ=LOGIN).stdout)
    assert [report["image"]["platform"] for report in every] == ["linux/arm64", "linux/s390x"]
    assert found(every[0]) == found(every[1]) == found(one)


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_a_bill_of_materials_is_of_one_platform(form: str, hullmark: Hullmark) -> None:
    ran = hullmark("scan", "registry.example/shop/api:both", "--format", form, "--platform", "all")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == f"hullmark: a document of {form} is of one platform; name it with --platform\n"


def test_what_cannot_be_a_document_is_told_before_anything_is_read(tmp_path: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", str(tmp_path / "absent.tar"), "--format", "asff")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hullmark: asff is about images in ECR, and ")


@pytest.mark.parametrize("form", ["json", "table", "cyclonedx", "spdx", "sarif"])
def test_an_output_file(form: str, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout, target = write_layout(tmp_path / "layout", image()), tmp_path / "report"
    ran = hullmark("scan", str(layout), "--feeds", str(feeds), "--format", form, "-o", str(target))
    assert (ran.status, ran.stdout, ran.stderr) == (0, "", "")
    text = target.read_text(encoding="utf-8")
    assert "libssl3" in text
    assert (FINDING in text) == (form != "spdx")  # which has no vulnerabilities
    assert "\x1b" not in text
    if form == "json":
        parse(text)


@pytest.mark.parametrize(
    ("status_file", "statuses"),
    [
        (STATUS, {"critical": 0, "high": 1, "medium": 1, "low": 1, "negligible": 1, "none": 1, "unknown": 1}),
        (NEWER, {"critical": 0, "high": 0, "unknown": 0}),
    ],
    ids=["vulnerable", "updated"],
)
def test_fail_on(status_file: str, statuses: dict[str, int], tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = write_layout(tmp_path / "layout", image(part({**FILES, "var/lib/dpkg/status": status_file})))
    for severity, status in statuses.items():
        ran = hullmark("scan", str(layout), "--feeds", str(feeds), "--fail-on", severity)
        assert (ran.status, ran.stderr) == (status, ""), severity


def test_findings_weigh_more_than_gaps(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    """Both at once: the status is of the findings, the gap is said."""
    broken = {**FILES, "var/lib/dpkg/status": "no stanza at all\n\n" + STATUS}
    layout = write_layout(tmp_path / "layout", image(part(broken)))
    ran = hullmark("scan", str(layout), "--feeds", str(feeds), "--fail-on", "high")
    assert ran.status == 1
    assert ran.stderr.startswith("hullmark: incomplete: var/lib/dpkg/status: ")


def test_a_reader_that_leaves_early(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    """`hullmark scan ... | head -1` is no failure of Hullmark's."""
    layout = write_layout(tmp_path / "layout", image())
    with subprocess.Popen(
        [HULLMARK, "scan", str(layout), "--feeds", str(feeds), "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    ) as scanning:  # fmt: skip
        assert scanning.stdout is not None
        assert scanning.stderr is not None
        scanning.stdout.close()
        assert scanning.stderr.read() == b""
    assert scanning.returncode == 0


def test_prefect_and_the_like_are_not_imported(tmp_path: Path, feeds: Path) -> None:
    layout = write_layout(tmp_path / "layout", image())
    program = (
        "import sys\nfrom hullmark.cli import main\nstatus = main(sys.argv[1:])\n"
        "heavy = {'prefect', 'great_expectations', 'streamlit', 'moto', 'boto3'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", str(layout), "--feeds", str(feeds)],
        env={"HOME": str(tmp_path), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
