"""Stored layers: one Parquet object a layer, named by engine and digest, written whole or not at all."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import pyarrow as pa
import pyarrow.parquet as pq

from hullmark.errors import LakeError
from hullmark.inventory.fingerprint import engine
from hullmark.inventory.layer_table import from_layer_table
from hullmark.inventory.value import LayerInventory
from hullmark.lake.place import one_line, place
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.settings import MIB
from hullmark.sources.digest import is_digest

REMEMBERED = 128 * MIB  # of layers that were just read or written, since images share them
MAGIC = b"PAR1"
_WRITING = tuple(Lock() for _ in range(64))  # a temporary file is named by process and object, so one thread at a time


class LayerObjects:
    """The layers under `root`, a folder or s3:// URL: `<root>/<engine>/<2 hex>/<62 hex>.parquet`; safe between threads."""

    def __init__(self, root: str) -> None:
        self._place = place(root)
        self._engine = engine()
        self._recent: OrderedDict[str, LayerInventory] = OrderedDict()
        self._recent_bytes = 0
        self._lock = Lock()

    def missing(self, digests: Iterable[str]) -> list[str]:
        """The digests, in their order and each once, that have no whole object; what is damaged inside is found by `get`."""
        return [digest for digest in dict.fromkeys(digests) if digest not in self._recent and not self._is_whole(digest)]

    def get(self, digest: str) -> LayerInventory:
        """The stored layer; raises LakeError when there is none or it is damaged (it is then removed)."""
        with self._lock:
            if digest in self._recent:
                self._recent.move_to_end(digest)
                return self._recent[digest]
        inventory = self._read(digest)
        self._remember(inventory)
        return inventory

    def put(self, inventory: LayerInventory) -> None:
        """Store a layer; a second writer of the same layer writes the same. Raises LakeError."""
        name = self._name(inventory.digest)
        try:
            with _WRITING[hash(inventory.digest) % len(_WRITING)]:
                self._place.write(name, _to_parquet(inventory, self._engine))
        except OSError as error:
            where = self._place.join(name)
            raise LakeError(f"{where} cannot be written: {one_line(error)}; check its permissions and space") from None
        self._remember(inventory)

    def _name(self, digest: str) -> str:
        if not is_digest(digest):
            raise LakeError(
                f"{digest[:80]!r} is no sha256 digest, so that no layer can be stored under it; check the manifest"
            )
        hexes = digest.removeprefix("sha256:")
        return f"{self._engine}/{hexes[:2]}/{hexes[2:]}.parquet"

    def _is_whole(self, digest: str) -> bool:
        """Whether the object is there and ends as a Parquet file does: two small reads."""
        try:
            with self._place.filesystem().open_input_file(self._name(digest)) as file:
                size = file.size()
                return bool(size > 2 * len(MAGIC) and file.read_at(len(MAGIC), size - len(MAGIC)) == MAGIC)
        except OSError:
            return False

    def _read(self, digest: str) -> LayerInventory:
        data = self._place.read(self._name(digest))
        if data is None:
            raise LakeError(f"layer {digest[:19]} is not in {self._place.root}; run the scan again to read it")
        try:
            return _from_parquet(data, digest)
        except (pa.ArrowException, OSError, ValueError, KeyError):
            self._place.filesystem().delete_file(self._name(digest))
            raise LakeError(
                f"the stored layer {digest[:19]} was damaged and is removed; run the scan again to read it"
            ) from None

    def _remember(self, inventory: LayerInventory) -> None:
        with self._lock:
            known = self._recent.pop(inventory.digest, None)
            self._recent[inventory.digest] = inventory
            self._recent_bytes += inventory.memory - (known.memory if known else 0)
            while self._recent_bytes > REMEMBERED and len(self._recent) > 1:
                _, oldest = self._recent.popitem(last=False)
                self._recent_bytes -= oldest.memory


def _to_parquet(inventory: LayerInventory, fingerprint: str) -> pa.Buffer:
    facts = {
        "digest": inventory.digest,
        "diff_id": inventory.diff_id,
        "size": str(inventory.size),
        "unpacked": str(inventory.unpacked),
        "engine": fingerprint,
    }
    sink = pa.BufferOutputStream()
    pq.write_table(
        inventory.table.replace_schema_metadata(facts),
        sink,
        compression="zstd",
        use_dictionary=[name for name in LAYER_OBJECT.names if name != "path"],
        column_encoding={"path": "DELTA_BYTE_ARRAY"},  # neighbours share their beginning: 4 bytes a name
        write_page_checksum=True,
    )
    return sink.getvalue()


def _from_parquet(data: bytes, digest: str) -> LayerInventory:
    table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)
    facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if facts["digest"] != digest or table.schema.names != LAYER_OBJECT.names:
        raise ValueError("another layer's object")
    finds, names = from_layer_table(table.cast(LAYER_OBJECT))
    return LayerInventory(digest, facts["diff_id"], int(facts["size"]), int(facts["unpacked"]), finds, names)
