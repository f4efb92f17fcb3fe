"""The ECR actions in which moto differs from ECR: paging, digests, retagging, image details, tokens, layer addresses.

moto keeps the repositories; shapes and limits follow the ECR API reference.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from time import time
from typing import Any

from moto.ecr.models import Image, ecr_backends

from hullmark.demo.aws.request import AwsFault
from hullmark.sources.digest import digest_of

TOKEN_SECONDS = 12 * 3600
_DEFAULT_PAGE, _LARGEST_PAGE = 100, 1000


@dataclass(frozen=True, slots=True)
class BlobSide:
    """Where the blobs of a registry answer, and the password that its tokens hold."""

    url: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EcrApi:
    """The corrected actions over moto's state; `blob_side` tells where an account's registry in a Region answers."""

    blob_side: Callable[[str, str], BlobSide]
    archived: set[tuple[str, str, str, str]] = field(default_factory=set)  # account, region, repository, digest
    lock: RLock = field(default_factory=RLock)

    def answer(self, name: str, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object] | None:
        """The answer to an action, or None when moto answers it rightly. Raises AwsFault."""
        actions: dict[str, Callable[[str, str, Mapping[str, Any]], dict[str, object]]] = {
            "GetAuthorizationToken": self._authorization_token,
            "DescribeRepositories": self._describe_repositories,
            "PutImage": self._put_image,
            "ListImages": self._list_images,
            "DescribeImages": self._describe_images,
            "GetDownloadUrlForLayer": self._download_url,
        }
        if name not in actions:
            return None
        with self.lock:
            return actions[name](account, region, values)

    def _authorization_token(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        data = []
        for registry in values.get("registryIds") or [account]:
            side = self.blob_side(registry, region)
            token = base64.b64encode(f"AWS:{side.password}".encode()).decode()
            data.append({"authorizationToken": token, "expiresAt": time() + TOKEN_SECONDS, "proxyEndpoint": side.url})
        return {"authorizationData": data}

    def _describe_repositories(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        names = values.get("repositoryNames")
        found = (
            [_repository(account, region, {"repositoryName": name}) for name in names]
            if names
            else _repositories(account, region)
        )
        page, more = _page(sorted(found, key=lambda item: str(item.name)), values)
        repositories = [
            {
                "repositoryArn": item.arn,
                "registryId": account,
                "repositoryName": item.name,
                "repositoryUri": item.uri,
                "createdAt": item.created_at.timestamp(),
                "imageTagMutability": str(getattr(item.image_tag_mutability, "value", item.image_tag_mutability)),
                "imageScanningConfiguration": item.image_scanning_configuration,
                "encryptionConfiguration": item.encryption_configuration,
            }
            for item in page
        ]
        return {"repositories": repositories, **more}

    def _put_image(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        """Store a manifest by the digest of its bytes; a tag that moves leaves its old image where it is."""
        repository = _repository(account, region, values)
        text, tag = values["imageManifest"], values.get("imageTag")
        digest = digest_of(text.encode())
        if values.get("imageDigest", digest) != digest:
            raise AwsFault("ImageDigestDoesNotMatchException", f"The image digest is {digest}, not the one that was given.")
        manifest = _manifest(text)
        image = next((item for item in repository.images if item.image_digest == digest), None)
        if image is not None and (tag is None or tag in image.image_tags):
            raise AwsFault("ImageAlreadyExistsException", f"Image with digest '{digest}' and tag '{tag}' already exists")
        owner = next((item for item in repository.images if tag and tag in item.image_tags), None)
        if owner is not None:
            if repository.is_tag_immutable():
                raise AwsFault("ImageTagAlreadyExistsException", f"The image tag '{tag}' already exists and is immutable.")
            owner.remove_tag(tag)
        if image is None:
            media_type = values.get("imageManifestMediaType") or manifest.get("mediaType", "")
            image = Image(account, "", text, repository.name, media_type, digest)
            image.image_tags.clear()
            repository.images.append(image)
        if tag:
            image.update_tag(tag)
        return {"image": {**_identity(account, repository.name), "imageId": _image_id(digest, tag), "imageManifest": text}}

    def _list_images(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        repository = _repository(account, region, values)
        images = self._filtered(account, region, repository, values)
        pairs = [_image_id(image.image_digest, tag) for image in images for tag in (image.image_tags or [None])]
        page, more = _page(pairs, values)
        return {"imageIds": page, **more}

    def _describe_images(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        repository = _repository(account, region, values)
        wanted = values.get("imageIds")
        if wanted:
            images = [_find_image(repository, item) for item in wanted]
        else:
            images = self._filtered(account, region, repository, values)
        page, more = _page(images, values)
        details = [
            {**_detail(account, repository, image), "imageStatus": self._status(account, region, image)} for image in page
        ]
        return {"imageDetails": details, **more}

    def _download_url(self, account: str, region: str, values: Mapping[str, Any]) -> dict[str, object]:
        repository = _repository(account, region, values)
        digest = values["layerDigest"]
        known = {entry["digest"] for image in repository.images for entry in _blobs(_manifest(image.image_manifest))}
        if digest not in known:
            raise AwsFault("LayersNotFoundException", f"The layer '{digest}' does not exist in '{repository.name}'")
        url = f"{self.blob_side(account, region).url}/v2/{repository.name}/blobs/{digest}"
        return {"downloadUrl": url, "layerDigest": digest}

    def _filtered(self, account: str, region: str, repository: Any, values: Mapping[str, Any]) -> list[Any]:  # noqa: ANN401  moto
        chosen = values.get("filter", {})
        tagged, status = chosen.get("tagStatus", "ANY"), chosen.get("imageStatus", "ACTIVE")
        return [
            image
            for image in repository.images
            if tagged in ("ANY", "TAGGED" if image.image_tags else "UNTAGGED")
            and status in ("ANY", self._status(account, region, image))
        ]

    def _status(self, account: str, region: str, image: Any) -> str:  # noqa: ANN401  moto has no types
        return "ARCHIVED" if (account, region, image.repository_name, image.image_digest) in self.archived else "ACTIVE"


def resource_policies(account: str, region: str, values: Mapping[str, Any]) -> list[str]:
    """The policy texts that have a say about a call: the repository's and the registry's, as far as there are any."""
    backend = ecr_backends[account][region]
    repository = backend.repositories.get(str(values.get("repositoryName", "")))
    return [text for text in (repository and repository.policy, backend.registry_policy) if text]


def _repositories(account: str, region: str) -> list[Any]:
    return list(ecr_backends[account][region].repositories.values())


def _repository(account: str, region: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  moto has no types
    name = values.get("repositoryName", "")
    repository = ecr_backends[account][region].repositories.get(name)
    if repository is None:
        message = f"The repository with name '{name}' does not exist in the registry with id '{account}'"
        raise AwsFault("RepositoryNotFoundException", message)
    return repository


def _find_image(repository: Any, wanted: Mapping[str, str]) -> Any:  # noqa: ANN401  moto has no types
    for image in repository.images:
        if wanted.get("imageDigest", image.image_digest) == image.image_digest and (
            "imageTag" not in wanted or wanted["imageTag"] in image.image_tags
        ):
            return image
    raise AwsFault("ImageNotFoundException", f"The image {dict(wanted)} does not exist in '{repository.name}'")


def _detail(account: str, repository: Any, image: Any) -> dict[str, object]:  # noqa: ANN401  moto has no types
    manifest = _manifest(image.image_manifest)
    kind = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType", "")
    detail = {
        **_identity(account, repository.name),
        "imageDigest": image.image_digest,
        "imageTags": list(image.image_tags),
        "imageSizeInBytes": _size(repository, manifest),
        "imagePushedAt": image.image_pushed_at,
        "imageManifestMediaType": image.image_manifest_media_type,
        "artifactMediaType": kind,
        "subjectManifestDigest": manifest.get("subject", {}).get("digest", ""),
    }
    return {name: value for name, value in detail.items() if value not in ("", [])}


def _size(repository: Any, manifest: Mapping[str, Any]) -> int:  # noqa: ANN401  moto has no types
    """The stored bytes of an image; of an index, those of its largest child."""
    if "manifests" not in manifest:
        return sum(int(entry.get("size", 0)) for entry in _blobs(manifest))
    children = {entry.get("digest") for entry in manifest["manifests"]}
    held = [_manifest(image.image_manifest) for image in repository.images if image.image_digest in children]
    return max((_size(repository, child) for child in held), default=0)


def _blobs(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    config = manifest.get("config")
    return [*([config] if config else []), *manifest.get("layers", [])]


def _manifest(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise AwsFault("InvalidParameterException", "Invalid parameter at 'ImageManifest': Invalid JSON syntax")
    return value


def _identity(account: str, repository: str) -> dict[str, str]:
    return {"registryId": account, "repositoryName": repository}


def _image_id(digest: str, tag: str | None) -> dict[str, str]:
    return {"imageDigest": digest, "imageTag": tag} if tag else {"imageDigest": digest}


def _page(items: Sequence[Any], values: Mapping[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """The page that maxResults and nextToken ask for, and the token of the next one if there is one."""
    size = values.get("maxResults", _DEFAULT_PAGE)
    if not isinstance(size, int) or not 1 <= size <= _LARGEST_PAGE:
        raise AwsFault(
            "InvalidParameterException", f"Invalid parameter at 'maxResults': must be between 1 and {_LARGEST_PAGE}"
        )
    start = _offset(str(values.get("nextToken") or ""))
    end = start + size
    more = {"nextToken": base64.b64encode(f"page:{end}".encode()).decode()} if end < len(items) else {}
    return list(items[start:end]), more


def _offset(token: str) -> int:
    """Where a page begins; raises AwsFault for a token that no page gave."""
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(token, validate=True).decode().partition(":")
        if word == "page":
            return int(number)
    except ValueError:
        pass
    raise AwsFault("InvalidParameterException", "Invalid parameter at 'nextToken'")
