"""Small tars built for tests, and the readers' view of them."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping

import zstandard

from hullmark.inventory import LayerInventory, read_layer
from hullmark.layers.tar import Entry, Tar
from hullmark.model import Layer
from hullmark.settings import Limits

Member = bytes | None | tuple[bytes, str]  # a file's content, a folder, or a type with its link target

COMPRESS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}


def tar_of(members: Mapping[str, Member] | list[tuple[str, Member]], tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of the members in their order; a list may name a path twice."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tar_format, errors="surrogateescape") as tar:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(content, tuple):
                info.type, info.linkname = content
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return sink.getvalue()


def symlink(target: str) -> Member:
    return (tarfile.SYMTYPE, target)


def hardlink(target: str) -> Member:
    return (tarfile.LNKTYPE, target)


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layer_of(stored: bytes, plain: bytes | None = None, index: int = 0) -> Layer:
    return Layer(index, sha256(stored), "" if plain is None else sha256(plain), len(stored), "")


def read(plain: bytes, form: str = "gzip", limits: Limits | None = None, *, again: bool = False) -> LayerInventory:
    """The inventory of a tar that is stored in a form."""
    stored = COMPRESS[form](plain)
    reopen = (lambda: io.BytesIO(stored)) if again else None
    return read_layer(io.BytesIO(stored), layer_of(stored, plain), limits or Limits(), reopen)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def walk(data: bytes, size: int = 1 << 20, limits: Limits | None = None) -> list[tuple[Entry, bytes]]:
    """Every entry of a tar with its content, as the walker sees it through pieces of a size."""
    tar = Tar(pieces(data, size), limits or Limits(), "the layer")
    return [(entry, tar.body() if entry.kind == "file" and entry.size < 1 << 24 else b"") for entry in tar]
