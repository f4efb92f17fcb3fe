"""A lake on a disk that is full says so in one sentence, whoever meets it first."""

import os
from errno import ENOSPC
from pathlib import Path

import pytest
from deltalake.exceptions import DeltaError

from hullmark.errors import LakeError
from hullmark.lake import delta
from hullmark.lake.locks import hold
from hullmark.lake.place import Place, one_line
from hullmark.lake.store import Lake

FULL = os.strerror(ENOSPC)
RUST = f"Failed to parse parquet: External: Generic LocalFileSystem error: Unable to copy data to file: {FULL} (os error 28)"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_a_lock_is_held_although_nobody_can_be_told_by_whom(tmp_path: Path) -> None:
    (tmp_path / "run.lock").symlink_to("/dev/full")
    with hold(tmp_path, "run", "scan run"):
        pass


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "run.lock").mkdir()
    said = rf"^the lake {tmp_path.parent} cannot be written: Is a directory; choose another folder or make it writable$"
    with pytest.raises(LakeError, match=said), hold(tmp_path, "run", "scan run"):
        pass


def test_what_deltalake_says_of_a_full_disk_comes_to_its_reason(tmp_path: Path) -> None:
    def full(_: object) -> None:
        raise DeltaError(RUST)

    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    assert one_line(DeltaError(RUST)) == FULL
    said = rf"^the table runs of the lake .* could not be written: {FULL}; free some space there, nothing was changed$"
    with pytest.raises(LakeError, match=said):
        delta.retry(Place(lake.root), "runs", full)
