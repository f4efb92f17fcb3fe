"""Bases outside the fleet that somebody has named: from a CSV file, or from an image itself.

The file has a header with `name` (repository:tag), `digest` (of the manifest) and `created`, and either `diff_ids` (digests
of the uncompressed layers, lowest first, a space between) or `chain_id` and `layers`; `platform` is linux/amd64 unless said.
What `hullmark bases known list --format csv` prints is such a file.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from hullmark.errors import CorruptData, LimitExceeded
from hullmark.lake.schema import KNOWN_BASES
from hullmark.sources.digest import chain_ids, is_digest

MOST_BYTES = 256 << 20
MOST_LAYERS = 512
COLUMNS = ("name", "digest", "platform", "created", "chain_id", "layers")
_NAME = re.compile(r"[\w.:/-]{1,300}:[\w.-]{1,128}", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9]{1,20}/[a-z0-9]{1,20}(?:/[a-z0-9.]{1,20})?")


@dataclass(frozen=True, slots=True)
class Told:
    """Who names bases, when (UTC), and from where."""

    source: str
    at: datetime
    by: str


def parse_known_bases(data: bytes, told: Told) -> pa.Table:
    """The bases of a CSV file in its order (schema KNOWN_BASES); a base that stands in it twice counts as said last.

    Raises CorruptData, which names the line, and LimitExceeded.
    """
    if len(data) > MOST_BYTES:
        raise LimitExceeded(f"{told.source} has more than {MOST_BYTES >> 20} MiB; split it")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows = [known_base(row, told, f"line {reader.line_num} of {told.source}") for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorruptData(f"{told.source} is no CSV file in UTF-8 ({error}); see docs/bases.md") from None
    if not rows:
        raise CorruptData(f"{told.source} names no base; its first line must be a header, see docs/bases.md")
    return pa.Table.from_pylist([*{(row["name"], row["digest"]): row for row in rows}.values()], KNOWN_BASES)


def known_base(said: Mapping[str | None, object], told: Told, where: str) -> dict[str, object]:
    """One row of schema KNOWN_BASES from what is said of a base; raises CorruptData, which says `where` it is wrong."""
    text = {name: str(value or "").strip() for name, value in said.items() if name}
    name, digest = text.get("name", ""), text.get("digest", "")
    platform = text.get("platform", "") or "linux/amd64"
    if not _NAME.fullmatch(name) or not is_digest(digest) or not _PLATFORM.fullmatch(platform):
        raise CorruptData(
            f"{where}: a base needs a name as repository:tag, a digest as sha256:..., a platform as linux/amd64"
        )
    chain, layers = _chain(text, where)
    return {
        "name": name, "digest": digest, "platform": platform, "chain_id": chain, "layers": layers,
        "created": _time(text.get("created", ""), where), "source": told.source, "imported_at": told.at,
        "imported_by": told.by,
    }  # fmt: skip


def _chain(text: Mapping[str, str], where: str) -> tuple[str, int]:
    """The chain ID of the last layer, and how many layers there are."""
    listed: Sequence[str] = text.get("diff_ids", "").split()
    if listed:
        if len(listed) > MOST_LAYERS or not all(map(is_digest, listed)):
            raise CorruptData(
                f"{where}: diff_ids must be at most {MOST_LAYERS} digests as sha256:..., the lowest layer first"
            )
        return chain_ids(listed)[-1], len(listed)
    chain, layers = text.get("chain_id", ""), text.get("layers", "")
    if not is_digest(chain) or not re.fullmatch(r"[1-9][0-9]{0,2}", layers):
        raise CorruptData(f"{where}: a base needs diff_ids, or chain_id as sha256:... and layers as a number")
    return chain, int(layers)


def _time(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CorruptData(f"{where}: created is {text[:40]!r}; write it as in 2026-03-01") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
