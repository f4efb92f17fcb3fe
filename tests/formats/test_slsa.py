"""SLSA provenance as BuildKit and others write it, in both versions: images, sources, and what is refused."""

import base64
import json
from collections.abc import Callable

import pytest

from hullmark.errors import CorruptData, Unsupported
from hullmark.formats.material import BuiltWith, image_of, repository_of
from hullmark.formats.slsa import MOST_IMAGES, MOST_LAYERS, MOST_MATERIALS, V02, V1, Provenance, read_provenance
from tests.formats.test_llb import copy, run, source, steps

SUBJECT, ONE, TWO = (f"sha256:{letter * 64}" for letter in "abc")
BUILDKIT, BUILDKIT_V1 = "https://mobyproject.org/buildkit@v1", "https://github.com/moby/buildkit/blob/master/docs/slsa.md"
Said = dict[str, object]
DEBIAN: Said = {"uri": "pkg:docker/debian@12?platform=linux%2Famd64", "digest": {"sha256": "b" * 64}}
FRONTEND: Said = {"uri": f"pkg:docker/docker/dockerfile@1?digest={TWO}", "digest": {"sha256": "c" * 64}}
GO: Said = {"uri": f"pkg:docker/golang@1.22-bookworm?digest={TWO}&platform=linux%2Famd64", "digest": {"sha256": "c" * 64}}
BASE = BuiltWith("docker.io/library/debian:12", ONE, "linux/amd64")
BASE_NAME = ("docker.io/library/debian:12", "")


def statement(kind: str, predicate: object, subject: str = SUBJECT) -> bytes:
    about = {"name": "pkg:docker/app@1", "digest": {"sha256": subject.removeprefix("sha256:")}}
    return json.dumps({
        "_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind, "subject": [about], "predicate": predicate,
    }).encode()  # fmt: skip


def v02(materials: list[Said], vcs: Said | None = None, kind: str = BUILDKIT, **config: object) -> bytes:
    parameters = {"frontend": "dockerfile.v0", "args": {"filename": "Dockerfile"}, "locals": [{"name": "context"}]}
    return statement(V02, {
        "builder": {"id": ""}, "buildType": kind, "materials": materials,
        "invocation": {"configSource": config, "parameters": parameters, "environment": {"platform": "linux/amd64"}},
        "metadata": {"buildInvocationID": "x", f"{BUILDKIT}#metadata": {"vcs": vcs or {}}},
    })  # fmt: skip


def v1(materials: list[Said], vcs: Said | None = None, kind: str = BUILDKIT_V1, **config: object) -> bytes:
    request = {"frontend": "dockerfile.v0", "args": {"filename": "Dockerfile"}}
    external = {"configSource": config, "request": request}
    return statement(V1, {
        "buildDefinition": {"buildType": kind, "externalParameters": external, "resolvedDependencies": materials},
        "runDetails": {"builder": {"id": ""}, "metadata": {"invocationID": "x", "buildkit_metadata": {"vcs": vcs or {}}}},
    })  # fmt: skip


def maximal(said: bytes, definition: list[Said], layers: Said | None = None) -> bytes:
    """The same in BuildKit's mode max, which states the steps and the layers that they came to."""
    document = json.loads(said)
    predicate, config = document["predicate"], {"llbDefinition": definition, "digestMapping": {ONE: "step0"}}
    if document["predicateType"] == V1:
        predicate["buildDefinition"]["internalParameters"] = {"buildConfig": config, "builderPlatform": "linux/amd64"}
        predicate["runDetails"]["metadata"]["buildkit_metadata"]["layers"] = layers or {}
    else:
        predicate["buildConfig"] = config
        predicate["metadata"][f"{BUILDKIT}#metadata"]["layers"] = layers or {}
    return json.dumps(document).encode()


def layer(digest: str) -> Said:
    return {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": 1}


LOCAL: Said = {
    "source": "https://me:secret@git.example/app.git?t=1",
    "revision": "4f2a-dirty",
    "localdir:dockerfile": "build",
}
URL = "https://git.example/app.git"
GIT: Said = {"uri": "git+https://git.example/app@refs/heads/main", "digest": {"gitCommit": "4f2a"}}
CASES = {
    "v0.2, a local folder": (
        v02([DEBIAN, FRONTEND], LOCAL, entryPoint="Dockerfile.prod"),
        Provenance("slsa-v0.2", URL, "4f2a-dirty", "build/Dockerfile.prod", (BASE,)),
    ),
    "v0.2, from git": (
        v02([DEBIAN], uri=f"{URL}#refs/heads/main:svc", digest={"sha1": "4f2a"}, entryPoint="Dockerfile"),
        Provenance("slsa-v0.2", URL, "4f2a", "svc/Dockerfile", (BASE,)),
    ),
    "v1, a local folder": (
        v1([DEBIAN, GO], LOCAL, path="Dockerfile"),
        Provenance(
            "slsa-v1", URL, "4f2a-dirty", "build/Dockerfile",
            (BASE, BuiltWith("docker.io/library/golang:1.22-bookworm", TWO, "linux/amd64")),
        ),
    ),
    "v1, from git": (
        v1([DEBIAN], uri=f"{URL}#v1.0", path="Dockerfile"), Provenance("slsa-v1", URL, "v1.0", "Dockerfile", (BASE,)),
    ),
    "a workflow is no Dockerfile": (
        v1([GIT], kind="https://actions.github.io/buildtypes/workflow/v1", path=".github/workflows/x.yml"),
        Provenance("slsa-v1", "https://git.example/app", "4f2a"),
    ),
    "of two sources none": (
        v1([GIT, GIT | {"uri": "git+https://git.example/lib"}]),
        Provenance("slsa-v1", "", "", "Dockerfile"),
    ),
    "a path that leaves the repository": (v02([], entryPoint="../../etc/passwd"), Provenance("slsa-v0.2")),
    "a Dockerfile from elsewhere": (v02([], entryPoint="https://host/Dockerfile"), Provenance("slsa-v0.2")),
    "nothing that fits": (
        statement(V02, {"materials": [1, {"uri": 7}, {}], "invocation": [], "metadata": "x"}), Provenance("slsa-v0.2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_build_says(name: str) -> None:
    data, expected = CASES[name]
    assert read_provenance(data, SUBJECT) == expected
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": base64.b64encode(data).decode(), "signatures": []}
    assert read_provenance(json.dumps(envelope).encode(), SUBJECT) == expected


MADE = source(f"docker-image://docker.io/library/debian:12@{ONE}"), source(f"docker-image://golang:1.22-bookworm@{TWO}")
STAGES = steps(*MADE, run("step1:0"), copy("step0:0", "step2:0"))
LAYERS: Said = {"step0:0": [[layer(ONE), layer(TWO)], [layer(SUBJECT)]], "step1:0": [[layer(SUBJECT)]]}
ON_DEBIAN = (BuiltWith("docker.io/library/debian:12", ONE, "linux/arm64/v8"),)


@pytest.mark.parametrize("form", [v02, v1])
@pytest.mark.parametrize(
    ("definition", "layers", "images", "kept"),
    [
        (STAGES, LAYERS, ON_DEBIAN, (ONE, TWO)),
        (STAGES, {}, ON_DEBIAN, ()),
        (STAGES, {"step0:0": [[layer("sha256:short")]]}, ON_DEBIAN, ()),
        (STAGES, {"step0:0": [[layer(ONE)] * (MOST_LAYERS + 1)]}, ON_DEBIAN, ()),
        (STAGES, {"step0:0": "none"}, ON_DEBIAN, ()),
        (steps(source("docker-image://debian:12")), LAYERS, (BuiltWith(*BASE_NAME, "linux/arm64/v8"),), (ONE, TWO)),
        (steps(source("docker-image://golang"), copy("step0:0", at=-1, of=0)), LAYERS, (), ()),
        (steps(source("local://base")), LAYERS, None, ()),
        (steps(source("oci-layout://base@" + ONE)), LAYERS, None, ()),
        (steps(run("step7:0")), LAYERS, None, ()),
    ],
    ids=[
        "two stages",
        "no layers",
        "no digest",
        "too many",
        "no list",
        "by tag",
        "scratch",
        "a folder",
        "a layout",
        "broken",
    ],
)
def test_the_last_stage_of_several(
    form: Callable[..., bytes],
    definition: list[Said],
    layers: Said,
    images: tuple[BuiltWith, ...] | None,
    kept: tuple[str, ...],
) -> None:
    found = read_provenance(maximal(form([DEBIAN, GO]), definition, layers), SUBJECT)
    used = read_provenance(form([DEBIAN, GO]), SUBJECT).images
    assert len(used) == 2
    assert (found.images, found.last_stage, found.layers) == (used if images is None else images, images is not None, kept)


def test_a_tag_has_the_digest_of_its_material() -> None:
    arm = DEBIAN | {"uri": "pkg:docker/debian@12?platform=linux%2Farm64%2Fv8"}
    said = maximal(v1([GO, DEBIAN | {"digest": {"sha256": "d" * 64}}, arm]), steps(source("docker-image://debian:12")))
    assert read_provenance(said, SUBJECT).images == ON_DEBIAN


def test_images_are_kept_once_and_not_without_end() -> None:
    many: list[Said] = [{"uri": f"pkg:docker/a@{number // 2}"} for number in range(5000)]
    read = read_provenance(v02(many), SUBJECT)
    assert len(set(read.images)) == MOST_IMAGES
    assert not read.whole
    assert read_provenance(v02(many[: MOST_IMAGES * 2]), SUBJECT).whole
    assert read_provenance(v02([DEBIAN] * MOST_MATERIALS), SUBJECT).whole
    assert not read_provenance(v02([DEBIAN] * (MOST_MATERIALS + 1)), SUBJECT).whole


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", CorruptData, "not valid JSON"),
        (v02([DEBIAN])[:-40], CorruptData, "not valid JSON"),
        (b"[" * 5000, CorruptData, "not valid JSON"),
        (b"{}", Unsupported, "nothing that it names"),
        (statement("https://slsa.dev/provenance/v0.1", {}), Unsupported, "v0.1"),
        (statement(V1, {}, TWO), CorruptData, "does not name the image"),
    ],
    ids=["empty", "truncated", "deep", "no statement", "another version", "another image"],
)
def test_what_is_refused(data: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_provenance(data, SUBJECT)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("pkg:docker/debian@12", BuiltWith("docker.io/library/debian:12")),
        (f"pkg:docker/debian?digest={ONE}", BuiltWith("docker.io/library/debian", ONE)),
        ("pkg:docker/ghcr.io/a/b@1", BuiltWith("ghcr.io/a/b:1")),
        ("pkg:docker/a/b@1?repository_url=gcr.io", BuiltWith("gcr.io/a/b:1")),
        (f"pkg:oci/debian@{ONE}?repository_url=quay.io/x/debian&tag=12", BuiltWith("quay.io/x/debian:12", ONE)),
        (f"docker-image://docker.io/library/debian:12@{ONE}", BuiltWith("docker.io/library/debian:12", ONE)),
        ("docker-image://localhost:5000/a", BuiltWith("localhost:5000/a")),
        ("pkg:docker/docker/buildkit-syft-scanner@stable-1", None),
        ("pkg:docker/docker/dockerfile@1", None),
        ("pkg:docker/debian@12%0aRUN", None),
        ("pkg:docker/", None),
        ("pkg:npm/debian@12", None),
        ("pkg:docker/" + "a" * 2000, None),
        ("", None),
    ],
    ids=range(14),
)
def test_an_image_of_a_material(uri: str, expected: BuiltWith | None) -> None:
    assert image_of(uri) == expected


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("git@github.com:moby/buildkit.git", "git@github.com:moby/buildkit.git"),
        ("ssh://git:secret@host:22/a.git", "ssh://host:22/a.git"),
        ("https://token@host/a?access=secret#main", "https://host/a"),
        ("javascript:alert(1)", ""),
        ("https://[bad/a", ""),
        ("https://host/\x1b[31m", ""),
        ("/home/me/app", ""),
    ],
    ids=range(7),
)
def test_a_source_has_no_credentials(uri: str, url: str) -> None:
    found = repository_of(uri)
    assert (found.url if found else "") == url
