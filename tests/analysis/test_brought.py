"""What upgrades and successors bring, `80_brought.sql`, beside plain loops over small random fleets."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from hullmark.sql import read_sql

Row = dict[str, Any]
WORDS = {"place": ("p1", "p2"), "advisory_name": ("a1", "a2"), "module": ("", "m1"), "binary_name": ("", "b1")}
PACKAGES, IMAGES, VULNERABILITIES, LAYERS = range(4), range(8), ("CVE-1", "CVE-2", "CVE-3"), 4


def fleet(rng: random.Random) -> dict[str, list[Row]]:
    """Relations as the files before this one leave them, of few words, so that rows differ in one column alone."""
    fixes = [{"fix": number, "target": f"v{number}"} for number in range(3)]
    move = [
        {"pkg": pkg, **fix, **{name: rng.choice(words) for name, words in WORDS.items()}}
        for pkg in PACKAGES
        for fix in fixes
    ]
    held = [
        {**{name: rng.choice(words) for name, words in WORDS.items()}, "advisory_version": f"v{rng.randrange(3)}",
         "vulnerability": rng.choice(VULNERABILITIES)}
        for _ in range(60)
    ]  # fmt: skip
    kind = [
        {"carried": carried, "pkg": carried % 4, "package_key": f"deb|{carried % 4}", "type": "deb",
         "package": f"n{carried % 4 % 3}", "vulnerability": vulnerability, "what": f"n{carried % 4 % 3} {vulnerability}"}
        for carried in range(8) for vulnerability in rng.sample(VULNERABILITIES, 2)
    ]  # fmt: skip
    stands = [(rng.choice((-1, *IMAGES)), rng.randrange(3)) for _ in IMAGES]
    stands[-1] = stands[0]  # two that have the same below them
    images = [
        {"image": image, "digest": f"sha256:{image}", "next": following, "base_layers": layers, "successor": f"s{following}"}
        for image, (following, layers) in enumerate(stands)
    ]
    holding = [
        {"image": image, "carried": carried, "pkg": carried % 4, "layer_index": rng.randrange(LAYERS)}
        for image in IMAGES for carried in rng.sample(range(8), 3)
    ]  # fmt: skip
    holding = [row for row in holding if row["image"] != IMAGES[-1]] + [
        {**row, "image": IMAGES[-1]} for row in holding if row["image"] == 0
    ]
    offered = [
        {"next": row["image"], **{name: said[name] for name in ("type", "package", "vulnerability", "what")}}
        for row in holding for said in kind if said["carried"] == row["carried"]
    ]  # fmt: skip
    bump = [{"image": row["image"], "pkg": row["pkg"], "fix": rng.randrange(3)} for row in holding if rng.random() < 0.7]
    return {
        "bump": distinct(bump, "image", "pkg"), "move": move, "held": held, "holding": holding, "kind": kind,
        "offered": distinct(offered, *offered[0]), "fleet_image": images, "fix": fixes,
    }  # fmt: skip


def distinct(rows: Sequence[Row], *by: str) -> list[Row]:
    return list({tuple(row[name] for name in by): row for row in rows}.values())


def carries(tables: Mapping[str, list[Row]], image: int, below: int = LAYERS) -> list[Row]:
    """What is said of what an image has in its lowest layers."""
    return [
        said
        for row in tables["holding"]
        if row["image"] == image and row["layer_index"] < below
        for said in tables["kind"]
        if said["carried"] == row["carried"]
    ]


def arrivals(tables: Mapping[str, list[Row]]) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for bump in tables["bump"]:
        there = {said["vulnerability"] for said in carries(tables, bump["image"]) if said["pkg"] == bump["pkg"]}
        for move in tables["move"]:
            if (move["pkg"], move["fix"]) != (bump["pkg"], bump["fix"]):
                continue
            for held in tables["held"]:
                same = all(held[name] == move[name] for name in WORDS) and held["advisory_version"] == move["target"]
                if same and held["vulnerability"] not in there:
                    found.add((bump["image"], bump["pkg"], bump["fix"], held["vulnerability"]))
    return found


def newcomers(tables: Mapping[str, list[Row]]) -> set[tuple[object, ...]]:
    return {
        (image["image"], image["successor"], offer["package"], offer["vulnerability"])
        for image in tables["fleet_image"]
        if image["base_layers"] and image["next"] >= 0
        for offer in tables["offered"]
        if offer["next"] == image["next"]
        and offer["what"] not in {said["what"] for said in carries(tables, image["image"], image["base_layers"])}
    }


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_plain_loops_find(seed: int) -> None:
    tables = fleet(random.Random(seed))  # noqa: S311  a sample
    connection = duckdb.connect()
    for name, rows in tables.items():
        connection.register(name, pa.Table.from_pylist(rows))
    connection.execute(read_sql("hullmark.analysis", "80_brought.sql"))
    arrived = connection.sql("SELECT image, pkg, fix, vulnerability FROM arrival").fetchall()
    assert set(arrived) == arrivals(tables)
    assert len(set(arrived)) == len(arrived)
    shown = connection.sql("SELECT image_digest, package_key, target, vulnerability FROM brought").fetchall()
    assert sorted(shown) == sorted((f"sha256:{image}", f"deb|{pkg}", f"v{fix}", name) for image, pkg, fix, name in arrived)
    come = connection.sql("SELECT image, successor, package, vulnerability FROM newcomer").fetchall()
    assert set(come) == newcomers(tables)
    assert len(set(come)) == len(come)
