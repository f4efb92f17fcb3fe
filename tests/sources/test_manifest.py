import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hullmark.errors import InputError, LimitExceeded
from hullmark.model import Descriptor, Reason
from hullmark.settings import Limits
from hullmark.sources.classify import classify, classify_entry, classify_tag
from hullmark.sources.manifest import Index, parse_manifest

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("manifests.toml").read_text(encoding="utf-8"))["case"]
DIGEST = f"sha256:{'a' * 64}"


def _json(case: dict[str, Any]) -> bytes:
    if "raw" in case:
        return str(case["raw"]).encode()
    urls = {"urls": case["urls"]} if "urls" in case else {}
    layers = [{"mediaType": kind, "digest": DIGEST, "size": 1, **urls} for kind in case["layers"]]
    more = {"artifactType": case["artifact"]} if "artifact" in case else {}
    config = {"mediaType": case["config"], "digest": DIGEST, "size": 2}
    return json.dumps(
        {"schemaVersion": 2, "config": config, "layers": layers, "annotations": case.get("annotations", {}), **more}
    ).encode()


def _kind(case: dict[str, Any]) -> str:
    try:
        manifest = parse_manifest(_json(case), case.get("type", ""), Limits())
    except InputError as error:
        return type(error).__name__
    verdict = classify(manifest)
    if verdict is not None:
        assert verdict.detail
        return f"{verdict.status}: {verdict.reason}"
    return "index" if isinstance(manifest, Index) else "image"


@pytest.mark.parametrize("case", CASES, ids=[str(case["name"]) for case in CASES])
def test_what_a_manifest_is(case: dict[str, Any]) -> None:
    assert _kind(case) == case["is"]


@pytest.mark.parametrize("key", ["layers", "manifests"])
def test_too_many_entries(key: str) -> None:
    entry = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": DIGEST, "size": 1}
    data = json.dumps({"schemaVersion": 2, key: [entry] * 513, **({"config": entry} if key == "layers" else {})}).encode()
    with pytest.raises(LimitExceeded, match="513 entries"):
        parse_manifest(data, "", Limits())


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("1.0", None),
        (f"sha256-{'a' * 64}", None),  # an index of referrers
        (f"sha256-{'a' * 64}.sig", Reason.SIGNATURE),
        (f"sha256-{'a' * 64}.att", Reason.ATTESTATION),
        (f"sha256-{'a' * 64}.sbom", Reason.SBOM),
        (f"sha256-{'a' * 63}.sig", None),
        (f"x-sha256-{'a' * 64}.sig", None),
    ],
)
def test_tags_of_cosign(tag: str, reason: Reason | None) -> None:
    verdict = classify_tag(tag)
    assert (verdict.reason if verdict else None) is reason
    assert verdict is None or verdict.subject == DIGEST


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Descriptor("application/vnd.oci.image.manifest.v1+json", DIGEST, 1), None),
        (Descriptor("x", DIGEST, 1, annotations={"vnd.docker.reference.type": "attestation-manifest"}), Reason.ATTESTATION),
        (Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", DIGEST, 1), Reason.ARTIFACT),
        (Descriptor("application/vnd.buildkit.cacheconfig.v0", DIGEST, 1), Reason.ARTIFACT),
        (Descriptor("x", DIGEST, 1, artifact_type="application/vnd.amazon.soci.index.v1+json"), Reason.SOCI_INDEX),
    ],
)
def test_entries_of_an_index(entry: Descriptor, reason: Reason | None) -> None:
    verdict = classify_entry(entry)
    assert (verdict.reason if verdict else None) is reason
