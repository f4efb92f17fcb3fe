"""Small fleets as tables: images by the letters of their layers, so that a test can be worked out by hand.

`image("app", "abc")` has three layers, and every image whose layers begin with "ab" has the same two lowest ones. A layer's
letter also stands for the packages that it brings, which `PACKAGES` lists.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import pyarrow as pa

from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
Row = Mapping[str, object]


def digest(word: object) -> str:
    return "sha256:" + sha256(str(word).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Image:
    """One image: `packages` are "type/name=version" by the letter of the layer that brings them."""

    name: str  # "repository:tag", and what its digest is made of
    layers: str
    packages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    os: str = "debian 12"
    state: str = "present"
    tagged: bool = True
    index: str = ""
    created: datetime = NOW

    @property
    def digest(self) -> str:
        return digest(self.name)

    def row(self) -> Row:
        repository, _, tag = self.name.partition(":")
        os_id, _, version = self.os.partition(" ")
        return {
            "registry": HOST, "repository": repository, "digest": self.digest, "account": HOST[:12], "region": "eu-west-1",
            "tags": [tag] if self.tagged else [], "platform": "linux/amd64", "os_id": os_id, "os_version": version,
            "os_name": self.os.title(), "labels": json.dumps(dict(self.labels)), "state": self.state, "pushed_at": NOW,
            "annotations": json.dumps(dict(self.annotations)), "index_digest": self.index, "created_at": self.created,
            "first_seen": NOW, "last_seen": NOW,
        }  # fmt: skip

    def layer_rows(self) -> Iterator[Row]:
        for index, letter in enumerate(self.layers):
            yield {
                "image_digest": self.digest, "layer_index": index, "layer": digest(letter), "diff_id": digest(letter),
                "chain_id": digest(self.layers[: index + 1]), "size": 1000, "created_by": f"RUN {letter}", "media_type": "",
            }  # fmt: skip

    def package_rows(self) -> Iterator[Row]:
        for index, letter in enumerate(self.layers):
            for stated in self.packages.get(letter, ()):
                kind, _, rest = stated.partition("/")
                name, _, version = rest.partition("=")
                yield {
                    "image_digest": self.digest, "path": "var/lib/dpkg/status", "type": kind, "name": name,
                    "version": version or "1", "arch": "amd64", "layer": digest(letter), "layer_index": index,
                }  # fmt: skip


def write(lake: Lake, table: str, rows: Sequence[Row]) -> None:
    """Commit rows; columns that a row does not say are null."""
    schema = TABLES[table].schema
    lake.commit(table, pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema))


def write_images(lake: Lake, *images: Image) -> None:
    write(lake, "images", [image.row() for image in images])
    write(lake, "image_layers", [row for image in images for row in image.layer_rows()])
    write(lake, "packages", [row for image in images for row in image.package_rows()])


def point(lake: Lake, *pointed: tuple[str, str, datetime, datetime | None]) -> None:
    """Tags by "repository:tag", digest, since and until."""
    rows = []
    for name, target, since, until in pointed:
        repository, _, tag = name.partition(":")
        rows.append(
            {"registry": HOST, "repository": repository, "tag": tag, "digest": target, "since": since, "until": until}
        )
    write(lake, "tags", rows)


def know(lake: Lake, *bases: tuple[str, str, str, datetime]) -> None:
    """Name bases outside the fleet: name, what the digest is made of, the letters of the layers, when it was built."""
    write(lake, "known_bases", [
        {"name": name, "digest": digest(word), "platform": "linux/amd64", "chain_id": digest(layers), "layers": len(layers),
         "created": created, "source": "test", "imported_at": NOW, "imported_by": "ann"}
        for name, word, layers, created in bases
    ])  # fmt: skip


def tell(lake: Lake, about: Image | str, *built_with: tuple[str, str, str], repository: str = "", **said: object) -> None:
    """Provenance of an image, or of a digest in a repository: (name, word of its digest, platform) of each material."""
    subject = about if isinstance(about, str) else about.digest
    place = repository or (about.name.partition(":")[0] if isinstance(about, Image) else "")
    write(lake, "provenance", [{
        "registry": HOST, "repository": place, "digest": digest(f"evidence {subject}"), "statement": digest("statement"),
        "subject": subject, "format": "slsa-v1", "source": "", "revision": "", "dockerfile": "", **said,
        "base_names": [name for name, _, _ in built_with], "base_digests": [digest(word) for _, word, _ in built_with],
        "base_platforms": [platform for _, _, platform in built_with], "at": NOW,
    }])  # fmt: skip
