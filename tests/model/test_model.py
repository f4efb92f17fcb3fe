"""The lake's answers over a few random histories; `python -m tests.model --seeds N` or HULLMARK_MODEL_SEEDS has more."""

import os
from pathlib import Path

import pytest

from tests.model.replay import matched_alone, replay

SEEDS = int(os.environ.get("HULLMARK_MODEL_SEEDS", "2"))


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_the_lake_knows_what_the_model_knows(tmp_path: Path, seed: int) -> None:
    assert replay(tmp_path, seed, steps=3) == []


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_matching_finds_what_the_model_finds(tmp_path: Path, seed: int) -> None:
    assert matched_alone(tmp_path, seed) == []
