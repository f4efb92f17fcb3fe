"""Base images, each worked out by hand: whose layers an image stands on, what it says itself, and what its packages tell."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from hullmark.analysis.bases import update_bases
from hullmark.lake.store import Lake
from hullmark.sql import read_sql
from tests.analysis.fleets import NOW, Image, digest, know, tell, write_images

BASE, DIGEST = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
OS = [f"deb/p{number}" for number in range(10)]
Answer = tuple[str, int, str, str]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def found(lake: Lake) -> dict[str, Answer]:
    """For each image by its name: name of its base, how many layers are the base's, method, confidence."""
    update_bases(lake)
    rows = lake.connect().sql(
        "SELECT repository || ':' || coalesce(tags[1], ''), base_name, base_layers, method, confidence "
        "FROM base_images JOIN images ON digest = image_digest"
    )
    return {name: (base, layers, method, confidence) for name, base, layers, method, confidence in rows.fetchall()}


def test_the_nearest_image_whose_layers_are_the_lowest_is_the_base(lake: Lake) -> None:
    write_images(
        lake, Image("debian:12", "a", {"a": OS}), Image("python:3", "ab"), Image("app:1", "abc"), Image("other:1", "xbc")
    )
    assert found(lake) == {
        "debian:12": ("Debian 12", 1, "os-release", "guess"),
        "python:3": ("debian:12", 1, "chain", "certain"),
        "app:1": ("python:3", 2, "chain", "certain"),
    }


def test_equal_content_is_no_base(lake: Lake) -> None:
    write_images(lake, Image("app:1", "ab", {"a": OS}), Image("app:2", "ab", {"a": OS}))
    assert {answer[2] for answer in found(lake).values()} == {"os-release"}


def test_of_equal_bases_the_one_that_is_there_and_has_a_tag(lake: Lake) -> None:
    gone, bare = Image("a-gone:1", "a", state="deleted"), Image("b-bare:1", "a", tagged=False)
    write_images(lake, gone, bare, Image("c-here:1", "a"), Image("app:1", "ab"))
    assert found(lake)["app:1"] == ("c-here:1", 1, "chain", "certain")


def test_a_known_base_that_is_the_image_itself_is_none_of_its_own(lake: Lake) -> None:
    app = Image("app:1", "ab")
    write_images(lake, app, Image("web:1", "ac"))
    know(lake, ("a-wrong-claim", "app:1", "a", NOW), ("b-right", "public", "a", NOW))
    assert digest("app:1") == app.digest
    assert found(lake) == {"app:1": ("b-right", 1, "known", "certain"), "web:1": ("a-wrong-claim", 1, "known", "certain")}


def test_many_builds_on_many_equal_bases_are_no_pairs(lake: Lake) -> None:
    """Two thousand of each are four million pairs, which no 64 MiB hold."""
    write_images(
        lake,
        *(Image(f"base:{number}", "a") for number in range(2000)),
        *(Image(f"app:{number}", "ab") for number in range(2000)),
    )
    small = duckdb.connect(config={"memory_limit": "64MB", "temp_directory": "", "threads": 1})
    for table in ("images", "image_layers", "known_bases"):
        small.register(table, lake.connect().sql(f"FROM {table}").to_arrow_table())
    small.execute(read_sql("hullmark.analysis", "20_bases_by_chain.sql"))
    assert small.sql("SELECT base_name, count(*) FROM base_by_chain GROUP BY ALL").fetchall() == [("base:0", 2000)]
    small.close()


def test_a_base_that_is_deleted_is_still_one(lake: Lake) -> None:
    write_images(lake, Image("base:1", "a", state="deleted"), Image("app:1", "ab"))
    assert found(lake)["app:1"] == ("base:1", 1, "chain", "certain")


def test_an_annotation_names_a_base_nobody_scanned(lake: Lake) -> None:
    stated = {BASE: "docker.io/library/python:3.12", DIGEST: digest("elsewhere")}
    write_images(lake, Image("debian:12", "a", {"a": OS}), Image("app:1", "abc", annotations=stated))
    assert found(lake)["app:1"] == ("docker.io/library/python:3.12", 1, "annotation", "stated")
    sentence = lake.connect().sql("SELECT evidence FROM base_images WHERE method = 'annotation'").fetchall()[0][0]
    assert sentence.endswith("python:3.12; how many layers are the base's is not known and a lower bound")


def test_an_annotated_digest_of_an_index_is_followed_to_the_layers(lake: Lake) -> None:
    base = Image("python:3", "ab", index=digest("index"))
    write_images(lake, base, Image("app:1", "abc", annotations={DIGEST: digest("index")}))
    assert found(lake)["app:1"] == ("python:3", 2, "annotation", "stated")


def test_layers_that_prove_a_nearer_base_win_over_an_old_annotation(lake: Lake) -> None:
    old = Image("debian:12", "a")
    write_images(lake, old, Image("python:3", "ab"), Image("app:1", "abc", annotations={DIGEST: old.digest}))
    assert found(lake)["app:1"] == ("python:3", 2, "chain", "certain")


def test_an_inherited_label_does_not_hide_the_base_it_was_inherited_from(lake: Lake) -> None:
    inherited = {BASE: "debian:12"}
    write_images(lake, Image("python:3", "ab", labels=inherited), Image("app:1", "abc", labels=inherited))
    answers = found(lake)
    assert answers["app:1"] == ("python:3", 2, "chain", "certain")
    assert answers["python:3"][:1] + answers["python:3"][2:] == ("debian:12", "label", "stated")


def test_a_base_that_the_operator_names(lake: Lake) -> None:
    write_images(lake, Image("app:1", "abc"))
    know(lake, ("docker.io/library/debian:12.1", "public", "a", NOW))
    answers = found(lake)
    assert answers["app:1"] == ("docker.io/library/debian:12.1", 1, "known", "certain")


def test_an_annotation_that_names_a_known_base_knows_its_layers(lake: Lake) -> None:
    know(lake, ("docker.io/library/debian:12.1", "public", "ab", NOW))
    write_images(lake, Image("app:1", "abc", annotations={DIGEST: digest("public")}))
    assert found(lake)["app:1"] == ("docker.io/library/debian:12.1", 2, "annotation", "stated")


def test_a_squashed_image_is_known_by_its_packages(lake: Lake) -> None:
    base, child = Image("base:1", "a", {"a": OS}), Image("child:1", "ab", {"a": OS})
    squashed = Image("squashed:1", "s", {"s": [*OS, "deb/own", "pypi/django"]})
    stranger = Image("stranger:1", "t", {"t": [*OS[:8], "deb/other"]})  # eight of ten are too few
    other = Image("other:1", "u", {"u": OS}, os="debian 13")
    write_images(lake, base, child, squashed, stranger, other)
    answers = found(lake)
    assert answers["squashed:1"] == ("base:1", 1, "packages", "likely")
    assert answers["stranger:1"][2] == answers["other:1"][2] == "os-release"


def test_an_image_built_on_another_build_of_the_base(lake: Lake) -> None:
    base, child = Image("base:2", "a", {"a": OS}), Image("child:1", "ab")
    rebuilt = Image("app:1", "vwx", {"v": [name + "=0.9" for name in OS[:5]], "w": OS[5:], "x": ["deb/own"]})
    write_images(lake, base, child, rebuilt)
    assert found(lake)["app:1"] == ("base:2", 2, "packages", "likely")


def test_what_has_no_operating_system_has_no_base(lake: Lake) -> None:
    write_images(lake, Image("scratch:1", "a", {"a": ["golang/app"]}, os=""))
    assert found(lake) == {}


def test_hostile_labels_are_no_names(lake: Lake) -> None:
    odd = Image("app:1", "ab", {"a": OS}, labels={BASE: "", DIGEST: "sha256:zz"}, annotations={BASE: "x" * 5000})
    write_images(lake, odd)
    assert found(lake)["app:1"] == ("x" * 300, 1, "annotation", "stated")


def test_only_changes_are_written(lake: Lake) -> None:
    write_images(lake, Image("base:1", "a", {"a": OS}), Image("app:1", "ab"))
    assert update_bases(lake) == 2
    before = lake.versions()
    assert update_bases(lake) == 0
    assert lake.versions() == before
    write_images(lake, Image("app:2", "ab"), Image("middle:1", "ab", created=NOW + timedelta(days=1)))
    assert update_bases(lake) == 2
    write_images(lake, Image("nearer:1", "a" * 1), Image("deeper:1", "abc"))
    assert found(lake)["deeper:1"][1:] == (2, "chain", "certain")


def test_a_name_has_no_characters_that_hide_text(lake: Lake) -> None:
    write_images(
        lake, Image("app:1", "ab", annotations={BASE: "a\u202eb\nc"}), Image("bare:1", "x", {"x": OS}, os="de\u2066b 12")
    )
    assert {name: row[0] for name, row in found(lake).items()} == {"app:1": "a\ufffdb\ufffdc", "bare:1": "De\ufffdB 12"}


PROVEN, GUESSED = ("provenance", "stated"), ("provenance", "guess")


def test_provenance_that_names_one_image(lake: Lake) -> None:
    app, labelled = Image("app:1", "ab", {"a": OS}), Image("app:2", "cd", {"c": OS}, labels={BASE: "inherited:1"})
    write_images(lake, app, labelled)
    for image in (app, labelled):
        tell(lake, image, ("docker.io/library/debian:12", "x", "linux/amd64"))
    assert found(lake) == dict.fromkeys(("app:1", "app:2"), ("docker.io/library/debian:12", 1, *PROVEN))
    ((told,),) = lake.connect().sql("SELECT DISTINCT evidence FROM base_images").fetchall()
    assert told.startswith("its provenance, which nobody has verified, names docker.io/library/debian:12; how many layers")


def test_layers_and_annotations_come_before_provenance(lake: Lake) -> None:
    stated = Image("app:2", "cd", annotations={BASE: "stated:1"})
    proven = Image("app:1", "abc")
    write_images(lake, Image("python:3", "ab"), proven, stated)
    tell(lake, proven, ("docker.io/library/debian:12", "x", ""))
    tell(lake, stated, ("docker.io/library/debian:12", "x", ""))
    answers = found(lake)
    assert answers["app:1"] == ("python:3", 2, "chain", "certain")
    assert answers["app:2"][0] == "stated:1"


def test_of_several_stages_the_one_whose_layers_are_the_lowest(lake: Lake) -> None:
    """As when the last stage adds settings alone: the layers are equal, which is no base without a word for it."""
    app = Image("app:1", "ab", {"a": OS})
    write_images(lake, app)
    know(lake, ("docker.io/library/z:1", "public", "ab", NOW))
    tell(lake, app, ("docker.io/library/golang:1", "go", ""), ("docker.io/library/z:1", "public", ""))
    assert found(lake)["app:1"] == ("docker.io/library/z:1", 2, *PROVEN)


def test_several_stages_that_nothing_tells_apart_are_a_guess(lake: Lake) -> None:
    names = ("docker.io/library/alpine:3", "docker.io/library/debian:12", "docker.io/library/golang:1-debian")
    app, squashed = Image("app:1", "abc", {"a": OS}), Image("squashed:1", "s", {"s": [*OS, "deb/own"]})
    write_images(
        lake, app, squashed, Image("base:1", "x", {"x": OS}), Image("child:1", "xy", {"x": OS}), Image("bare:1", "q", os="")
    )
    for image in (squashed, Image("app:1", "abc"), Image("bare:1", "q")):
        tell(lake, image, *((name, name, "") for name in names))
    answers = found(lake)
    assert answers["squashed:1"][2:] == ("packages", "likely"), "what the packages say is worth more"
    assert answers["bare:1"] == (names[0], 0, *GUESSED)
    assert answers["app:1"][2:] == ("packages", "likely")


def test_a_guess_is_called_as_the_operating_system_is(lake: Lake) -> None:
    app = Image("app:1", "ab", {"b": OS})
    write_images(lake, app)
    names = ("docker.io/library/alpine:3", "docker.io/library/debian:12", "docker.io/library/a-debian:1")
    tell(lake, app, *((name, name, "") for name in names))
    assert found(lake)["app:1"] == ("docker.io/library/debian:12", 2, *GUESSED)
    ((told,),) = lake.connect().sql("SELECT evidence FROM base_images").fetchall()
    assert told.endswith("debian:12 among 3 images, and which of them is the base is not known")


def test_the_last_stage_is_the_base_where_the_build_states_its_steps(lake: Lake) -> None:
    """Provenance in mode max is worth more than one that names all images; the layers that it states are compared."""
    app, other, bare = Image("app:1", "abc", {"a": OS}), Image("other:1", "xyz", {"y": OS}), Image("bare:1", "q", os="")
    write_images(lake, app, other, bare)
    for image in (app, other, bare):
        tell(lake, image, ("docker.io/library/golang:1-debian", "go", ""), ("docker.io/library/busybox:1", "box", ""))
        tell(
            lake, image, ("docker.io/library/busybox:1", "box", ""), last_stage=True, digest=digest("the one in mode max"),
            stage_layers=[digest("a"), digest("b")],
        )  # fmt: skip
    assert found(lake) == {
        "app:1": ("docker.io/library/busybox:1", 2, *PROVEN), "other:1": ("docker.io/library/busybox:1", 2, *PROVEN),
        "bare:1": ("docker.io/library/busybox:1", 0, *PROVEN),
    }  # fmt: skip
    told = dict(lake.connect().sql("SELECT image_digest, evidence FROM base_images").fetchall())
    begun = "its provenance, which nobody has verified, names docker.io/library/busybox:1 for the last stage"
    assert told[app.digest] == f"{begun}, whose layers are its lowest"
    assert told[other.digest] == f"{begun}; how many layers are the base's is not known"
    assert told[bare.digest] == f"{begun}; how many layers are the base's is not known"


def test_a_last_stage_from_scratch_has_no_base(lake: Lake) -> None:
    app = Image("app:1", "a", {"a": ["golang/app"]}, os="")
    write_images(lake, app)
    tell(lake, app, ("docker.io/library/golang:1", "x", ""))
    tell(lake, app, last_stage=True, stage_layers=[], digest=digest("the one in mode max"))
    assert found(lake) == {}


def test_provenance_of_an_index_is_of_its_images_and_of_their_platform(lake: Lake) -> None:
    app = Image("app:1", "ab", {"a": OS}, index=digest("index"))
    write_images(lake, app)
    tell(lake, digest("index"), ("arm:1", "x", "linux/arm64/v8"), ("amd:1", "y", "linux/amd64"), repository="app")
    assert found(lake)["app:1"] == ("amd:1", 1, *PROVEN)
    tell(lake, app, ("own:1", "z", ""))
    assert found(lake)["app:1"] == ("own:1", 1, *PROVEN)


def test_provenance_in_another_repository_says_nothing(lake: Lake) -> None:
    app = Image("app:1", "ab", {"a": OS})
    write_images(lake, app)
    tell(lake, app.digest, ("evil:1", "x", ""), repository="other")
    assert found(lake)["app:1"][2] == "os-release"


def test_an_image_without_a_system_may_be_built_from_scratch(lake: Lake) -> None:
    app = Image("app:1", "a", {"a": ["golang/app"]}, os="")
    write_images(lake, app)
    tell(lake, app, ("docker.io/library/golang:1", "x", ""))
    assert found(lake)["app:1"] == ("docker.io/library/golang:1", 0, *GUESSED)
