"""SLSA provenance of an image, v0.2 and v1: the image that it is built on, and where its sources and Dockerfile lie.

https://slsa.dev/spec/v0.2/provenance and https://slsa.dev/spec/v1.0/provenance; what BuildKit adds is in
https://docs.docker.com/build/metadata/attestations/slsa-definitions/. Nobody's signature is verified.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hullmark.errors import CorruptData, Unsupported
from hullmark.formats.in_toto import predicate_type, subjects, unwrapped
from hullmark.formats.json_object import Object, child, objects, parse_object, text
from hullmark.formats.llb import Root, root_of
from hullmark.formats.material import BuiltWith, Repository, image_of, is_sha256, repository_of

V02, V1 = "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"
MOST_MATERIALS = 1000  # that are read
MOST_IMAGES = 32  # that are kept
MOST_LAYERS = 512  # of a base
_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"
_COMMITS = ("sha1", "gitCommit")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a build says of itself; texts are "" where it does not. dockerfile: its path in the repository `source`.

    images: those that may be the base, which is all that the build used. Where its steps are stated, last_stage is true, and
    it is the one that the last stage is FROM, or none for `scratch`; layers: that one's, as digests of what was compressed.
    """

    format: str  # "slsa-v0.2" or "slsa-v1"
    source: str = ""
    revision: str = ""
    dockerfile: str = ""
    images: tuple[BuiltWith, ...] = ()
    whole: bool = True  # False: it names more materials or images than are read
    last_stage: bool = False
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Build:
    """The places of both versions where the same is said."""

    format: str
    kind: str
    config: Object
    entry: str
    parameters: Object
    vcs: Object
    materials: tuple[Object, ...]  # one more than are read, where there are more
    root: Root | None  # what the last stage is FROM
    layers: Object  # by the place of a step


def read_provenance(data: bytes, subject: str) -> Provenance:
    """What an attestation says of how `subject`, a digest, was built.

    Raises CorruptData when it is damaged or about another image, and Unsupported when it is no provenance of v0.2 or v1.
    """
    document = parse_object(data)
    kind = predicate_type(document)
    if kind not in {V02, V1}:
        raise Unsupported(f"the attestation is no SLSA provenance of v0.2 or v1 but {kind[:100] or 'nothing that it names'}")
    if subject not in subjects(document):
        raise CorruptData("the provenance does not name the image that it lies with")
    predicate = unwrapped(document)
    build = _build_v1(predicate) if kind == V1 else _build_v02(predicate)
    repository, revision = _origin(build)
    read = build.materials[:MOST_MATERIALS]
    images = tuple(dict.fromkeys(filter(None, (image_of(text(item, "uri"), _sha256(item)) for item in read))))
    base = _base(build.root, images)
    whole = base is not None or (len(build.materials) == len(read) and len(images) <= MOST_IMAGES)
    return Provenance(
        build.format, repository.url if repository else "", revision, _dockerfile(build, repository),
        images[:MOST_IMAGES] if base is None else base, whole, base is not None, _layers(build) if base else (),
    )  # fmt: skip


def _base(root: Root | None, used: tuple[BuiltWith, ...]) -> tuple[BuiltWith, ...] | None:
    """What the last stage is FROM: one image or, for `scratch`, none; None where it is not known, or no image by name."""
    if root is None or not root.source:
        return None if root is None else ()
    found = image_of(root.source) if root.source.startswith("docker-image://") else None
    if found is None:
        return None
    digests = {image.digest for image in used if image.name == found.name and image.platform in {"", root.platform}}
    return (BuiltWith(found.name, found.digest or (digests.pop() if len(digests) == 1 else ""), root.platform),)


def _layers(build: _Build) -> tuple[str, ...]:
    """The layers that the base came with, the lowest first; () where they are not stated."""
    variants = build.layers.get(build.root.place) if build.root else None
    first = variants[0] if isinstance(variants, list) and variants else ()
    stated = [text(layer, "digest") for layer in objects(first)]
    return tuple(stated) if len(stated) <= MOST_LAYERS and all(map(is_sha256, stated)) else ()


def _build_v02(predicate: Object) -> _Build:
    invocation = child(predicate, "invocation")
    config = child(invocation, "configSource")
    more = child(child(predicate, "metadata"), _BUILDKIT)
    materials = tuple(islice(objects(predicate.get("materials")), MOST_MATERIALS + 1))
    return _Build(
        "slsa-v0.2", text(predicate, "buildType"), config, text(config, "entryPoint"), child(invocation, "parameters"),
        child(more, "vcs"), materials, root_of(child(predicate, "buildConfig").get("llbDefinition")), child(more, "layers"),
    )  # fmt: skip


def _build_v1(predicate: Object) -> _Build:
    definition, details = child(predicate, "buildDefinition"), child(predicate, "runDetails")
    external = child(definition, "externalParameters")
    config = child(external, "configSource")
    more = child(child(details, "metadata"), "buildkit_metadata")
    steps = child(child(definition, "internalParameters"), "buildConfig").get("llbDefinition")
    materials = tuple(islice(objects(definition.get("resolvedDependencies")), MOST_MATERIALS + 1))
    return _Build(
        "slsa-v1", text(definition, "buildType"), config, text(config, "path"), child(external, "request"),
        child(more, "vcs"), materials, root_of(steps), child(more, "layers"),
    )  # fmt: skip


def _origin(build: _Build) -> tuple[Repository | None, str]:
    """The repository and the revision: of a local build as its version control said, else what the builder fetched."""
    local = repository_of(text(build.vcs, "source"))
    if local:
        return local, _word(text(build.vcs, "revision"))
    fetched = dict(_sources(build))
    if len(fetched) != 1:  # none, or which of them holds the Dockerfile is not said
        return None, ""
    repository, commit = next(iter(fetched.items()))
    return repository, commit or _word(repository.ref)


def _sources(build: _Build) -> Iterator[tuple[Repository, str]]:
    stated = repository_of(text(build.config, "uri"))
    if stated:
        yield stated, _commit(build.config)
        return
    for item in build.materials:
        uri = text(item, "uri")
        repository = repository_of(uri)
        if repository and (uri.startswith("git") or repository.url.endswith(".git")):
            yield repository, _commit(item)


def _dockerfile(build: _Build, repository: Repository | None) -> str:
    """The path of the Dockerfile; only BuildKit names one, other builders name a workflow in its place."""
    name = build.entry or text(child(build.parameters, "args"), "filename")
    if "buildkit" not in build.kind or not name:
        return ""
    folder = text(build.vcs, "localdir:dockerfile") or (repository.folder if repository else "")
    path = posixpath.join(folder, name)
    inside = posixpath.normpath(path)
    return "" if inside.startswith(("/", "..")) or "://" in path else _word(inside)


def _sha256(material: Object) -> str:
    found = text(child(material, "digest"), "sha256")
    return f"sha256:{found}" if found else ""


def _commit(holder: Object) -> str:
    digests = child(holder, "digest")
    return next((_word(text(digests, name)) for name in _COMMITS if text(digests, name)), "")


def _word(said: str) -> str:
    return said if len(said) <= 300 and said.isprintable() else ""
