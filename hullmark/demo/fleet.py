"""The demo fleet (`fleet.toml`) into registries: blobs and manifests at the blob side, image records at the ECR API."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from hullmark.demo.aws.server import DemoAws
from hullmark.demo.images import Built, build_image, build_index, build_signature
from hullmark.demo.registry import DemoRegistry

Place = tuple[str, str]  # account, Region


@dataclass(slots=True)
class Fleet:
    """What `fleet.toml` says, and the images built from it, each stack of layers once."""

    facts: Mapping[str, Any] = field(
        default_factory=lambda: tomllib.loads(files("hullmark.demo").joinpath("fleet.toml").read_text(encoding="utf-8"))
    )
    _built: dict[tuple[str, ...], Built] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        """The accounts and Regions that have repositories, sorted."""
        return sorted({(item["account"], item["region"]) for item in self.facts["repository"]})

    @property
    def tags(self) -> int:
        """How many tags there are."""
        return sum(len(item["tags"]) for item in self.facts["repository"])

    def push(self, aws: DemoAws, registries: Mapping[Place, DemoRegistry], tell: Callable[[], None]) -> None:
        """Push every repository; `tell` is called after each tag."""
        for item in self.facts["repository"]:
            place: Place = (item["account"], item["region"])
            client = aws.client("ecr", *place)
            client.create_repository(repositoryName=item["name"])
            for tag, stack in item["tags"].items():
                built = self._build(tuple(stack), item)
                _push(client, registries[place], item["name"], built, tag)
                if item.get("signed") == tag:
                    signature_tag, signature = build_signature(built)
                    _push(client, registries[place], item["name"], signature, signature_tag)
                tell()

    def _build(self, stack: tuple[str, ...], item: Mapping[str, Any]) -> Built:
        platforms, labels = item.get("platforms", ["linux/amd64"]), _labels(stack, item.get("source", ""))
        children = {platform: self._image(stack, platform.partition("/")[2], labels) for platform in platforms}
        if len(children) == 1:
            return next(iter(children.values()))
        return build_index(children, bool(item.get("attested")), _provenance(labels))

    def _image(self, stack: tuple[str, ...], architecture: str, labels: Mapping[str, str]) -> Built:
        key = (*stack, architecture, *labels.values())
        if key not in self._built:
            self._built[key] = build_image(stack, self.facts["layer"], architecture, labels)
        return self._built[key]


def _provenance(labels: Mapping[str, str]) -> dict[str, object]:
    """What BuildKit says of such a build (SLSA provenance v0.2)."""
    if not labels:
        return {}
    source, commit = labels.values()
    config = {"uri": f"{source}.git#{commit}", "digest": {"sha1": commit}, "entryPoint": "Dockerfile"}
    return {
        "builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1", "materials": [],
        "invocation": {"configSource": config, "parameters": {"frontend": "dockerfile.v0"}},
    }  # fmt: skip


def _labels(stack: tuple[str, ...], source: str) -> dict[str, str]:
    """Where an image is built from (OCI image-spec, annotations.md), at a made-up commit for each stack of layers."""
    if not source:
        return {}
    commit = hashlib.sha256(" ".join((source, *stack)).encode()).hexdigest()[:40]
    return {"org.opencontainers.image.source": source, "org.opencontainers.image.revision": commit}


def _push(client: Any, registry: DemoRegistry, repository: str, built: Built, tag: str) -> None:  # noqa: ANN401  boto3 client
    for child in built.children:
        _push(client, registry, repository, child, "")
    for blob in built.blobs:
        registry.push_blob(repository, blob.data)
    manifest = built.manifest
    registry.push_manifest(repository, tag or manifest.digest, manifest.media_type, manifest.data)
    with suppress(client.exceptions.ImageAlreadyExistsException):  # two indexes may name one child
        client.put_image(
            repositoryName=repository,
            imageManifest=manifest.data.decode(),
            imageManifestMediaType=manifest.media_type,
            imageDigest=manifest.digest,
            **({"imageTag": tag} if tag else {}),
        )
