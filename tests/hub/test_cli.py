"""`hullmark integrations` as a person types it: confirmations, imports, links, history, and exit statuses."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from hullmark.cli import main
from hullmark.sources.ecr.onboarding import CUSTOMER_TEMPLATE, read_template
from tasks import hub
from tests.hub.emptied import forget_all
from tests.hub.world import FIRST, REGIONS, SECOND, World


@pytest.fixture(autouse=True)
def empty_hub(prefect_api: None, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HULLMARK_AWS_ENDPOINT_URL", world.aws.url)
    monkeypatch.setenv("HULLMARK_PLATFORM_ROLE_ARN", world.settings.platform_role_arn)
    monkeypatch.setenv("HULLMARK_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("COLUMNS", "200")
    yield
    forget_all()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_an_account_from_the_import_to_its_end(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = world.connect(FIRST)
    file = tmp_path / "accounts.csv"
    file.write_text(f"account_id,external_id,regions\n{FIRST},{values.external_id},{REGIONS[0]}\n{SECOND},x,{REGIONS[0]}\n")
    assert main(["integrations", "import", str(file), "--dry-run"]) == 3
    told = said(capsys)
    assert "1 would be connected, 1 refused" in told
    assert "Nothing was saved" in told
    assert main(["integrations", "import", str(file)]) == 3
    assert main(["integrations", "list"]) == 0
    assert "connected" in said(capsys)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(["integrations", "disconnect", FIRST]) == 0
    assert "Nothing was changed" in said(capsys)
    assert hub.integrations() != ()
    assert main(["integrations", "disconnect", FIRST, "--yes"]) == 0
    assert "delete the stack hullmark-ecr-integration" in said(capsys)
    assert main(["integrations", "verify-gone", FIRST]) == 2
    assert "not known to be gone" in said(capsys)
    world.aws.client("cloudformation", FIRST, REGIONS[0]).delete_stack(StackName="hullmark-ecr-integration")
    assert main(["integrations", "verify-gone", FIRST]) == 0
    assert main(["integrations", "list"]) == 0
    assert main(["integrations", "history", FIRST]) == 0
    told = said(capsys)
    assert "access gone" in told
    assert "access verified to be gone" in told
    assert values.external_id not in told
    assert main(["integrations", "forget", FIRST]) == 0
    assert hub.list() == ()


def test_whoever_follows_the_link_can_connect_the_account(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HULLMARK_TEMPLATE_URL", "https://bucket.example/customer-role.yaml")
    assert main(["integrations", "link", "--region", REGIONS[0]]) == 0
    shown, link, *_ = said(capsys).splitlines()
    told = shown.removeprefix("External ID, shown this once: ")
    place, _, asked = urlsplit(link).fragment.partition("?")
    assert (urlsplit(link).hostname, place) == ("console.aws.amazon.com", "/stacks/create/review")
    given = dict(parse_qsl(asked, strict_parsing=True))
    assert given.pop("templateURL") == "https://bucket.example/customer-role.yaml"
    parameters = {name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")}
    assert parameters["ExternalId"] == told
    template = read_template(CUSTOMER_TEMPLATE)
    outputs = world.aws.deploy(FIRST, REGIONS[0], given["stackName"], template, parameters)
    add = ["integrations", "add", "--account-id", FIRST, "--role-arn", outputs["RoleArn"], "--region", REGIONS[0]]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{told}\n"))
    assert main(add) == 0
    shown = said(capsys)
    assert "Saved." in shown
    assert told not in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["policy", "--account-id", "12"], "'12' is not 12 digits"),
        (["policy", "--account-id", FIRST, "--external-id", "short"], "5 characters"),
        (["link", "--region", "nowhere"], "nowhere"),
        (["update", FIRST], "nothing to change was named"),
        (["test", FIRST], "`hullmark integrations list` shows which are"),
        (["add", "--account-id", FIRST, "--role-arn", "x", "--region", "y"], "no External ID was given"),
    ],
)
def test_what_is_mistyped_is_one_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HULLMARK_TEMPLATE_URL", "https://bucket.example/customer-role.yaml")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["integrations", *arguments]) == 2
    told = said(capsys)
    assert sentence in told
    assert len(told.splitlines()) == 1


def test_a_file_of_an_unknown_kind_or_none_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["integrations", "import", str(tmp_path / "accounts.txt")]) == 2
    assert "neither .csv nor .yaml" in said(capsys)
    assert main(["integrations", "import", str(tmp_path / "absent.csv")]) == 2
    assert "cannot be read" in said(capsys)


def test_an_external_id_is_shown_when_it_is_made_and_only_then(capsys: pytest.CaptureFixture[str]) -> None:
    link = ["integrations", "link", "--region", "eu-west-1", "--template-url", "https://bucket.example/customer-role.yaml"]
    assert main(link) == 0
    assert "shown this once: hullmark-" in said(capsys)
    assert main([*link, "--external-id", "one-that-was-made-before"]) == 0
    assert "shown this once" not in said(capsys)
    assert main(["integrations", "policy", "--account-id", FIRST]) == 0
    told = said(capsys)
    assert "sts:ExternalId" in told
    assert f"arn:aws:ecr:*:{FIRST}:repository/*" in told
