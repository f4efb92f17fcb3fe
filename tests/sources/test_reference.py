import csv
from pathlib import Path

import pytest

from hullmark import errors
from hullmark.sources.reference import PathReference, RegistryReference, parse_reference

with Path(__file__).with_name("references.tsv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file, delimiter="\t"))


@pytest.mark.parametrize("row", ROWS, ids=[row["typed"] or "nothing" for row in ROWS])
def test_reference(row: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if row["error"]:
        with pytest.raises(getattr(errors, row["error"])) as failure:
            parse_reference(row["typed"])
        assert "secret" not in str(failure.value)
        return
    parsed = parse_reference(row["typed"])
    assert isinstance(parsed, RegistryReference)
    assert (parsed.host, parsed.repository, parsed.version, parsed.base_url) == (
        row["host"],
        row["repository"],
        row["version"],
        row["base_url"],
    )
    again = parse_reference(str(parsed))
    assert (again.host, again.repository, again.version) == (parsed.host, parsed.repository, parsed.version)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("layout", PathReference(Path("layout"))),
        ("oci:layout", PathReference(Path("layout"), "oci")),
        ("oci:layout:1.0", PathReference(Path("layout"), "oci", "1.0")),
        ("oci-archive:layout", PathReference(Path("layout"), "oci")),
        ("docker-archive:layout:shop/api:1.0", PathReference(Path("layout"), "docker-archive", "shop/api:1.0")),
    ],
)
def test_an_existing_path_wins(typed: str, expected: PathReference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layout").mkdir()
    assert parse_reference(typed) == expected


def test_a_name_that_no_file_system_takes_is_no_path() -> None:
    with pytest.raises(errors.UsageError):
        parse_reference("registry.test/a\0b")
    with pytest.raises(errors.UsageError):
        parse_reference(f"registry.test/{'a' * 5000}")
