"""Content digests: `sha256:<64 hex>`, the only algorithm that registries and layouts use in practice."""

import hashlib
import re
from collections.abc import Sequence

from hullmark.errors import CorruptData, IntegrityError, Unsupported

_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_OTHER = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-zA-Z=_-]{32,}")


def digest_of(data: bytes) -> str:
    """The digest of `data`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def chain_ids(diff_ids: Sequence[str]) -> list[str]:
    """The chain ID of each layer: what it and all below it come to (OCI image-spec v1.1, config.md, "Layer ChainID")."""
    chain: list[str] = []
    for diff_id in diff_ids:
        chain.append(digest_of(f"{chain[-1]} {diff_id}".encode()) if chain else diff_id)
    return chain


def is_digest(text: str) -> bool:
    """Whether `text` is a whole sha256 digest."""
    return _SHA256.fullmatch(text) is not None


def parse_digest(value: object, owner: str) -> str:
    """`value` as a digest; raises Unsupported for another algorithm and CorruptData for what is no digest of `owner`."""
    if isinstance(value, str) and is_digest(value):
        return value
    if isinstance(value, str) and _OTHER.fullmatch(value):
        raise Unsupported(
            f"{owner} uses a {value.partition(':')[0]} digest, but only sha256 is read; push it again with sha256"
        )
    raise CorruptData(f"{owner} has no valid digest; the manifest is damaged, push the image again")


def verified(data: bytes, digest: str, owner: str) -> bytes:
    """`data` when it has `digest`; raises IntegrityError."""
    found = digest_of(data)
    if found != digest:
        raise IntegrityError(f"{owner} should be {digest} but its bytes are {found}; fetch or export the image again")
    return data
