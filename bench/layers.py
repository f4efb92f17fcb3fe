"""Layers a second: `read_layer` beside Python's tarfile and the bare libraries, in one run; `python -m bench.layers [MB]`.

The layer is made of this environment's site-packages and the machine's /etc, /usr/share and /usr/lib, up to MB megabytes.
"MB/s" is of unpacked bytes, "x tarfile" the ratio of times in this very run. `read_layer` does more than the others: it
computes both digests, checks every header, and parses the packages that it finds.
"""

import gzip
import hashlib
import io
import site
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time

import zstandard
from isal import igzip

from hullmark.inventory import LayerInventory, LayerObjects, assemble, read_layer
from hullmark.model import Image, Layer, Platform
from hullmark.settings import MIB, Limits

MEGABYTES = 400
LARGEST = 2 * MIB  # of one file, so that there are many
ROUNDS = 2


def make_tar(most: int) -> tuple[bytes, int]:
    """A tar of this machine's smaller files, as a layer has them, and the number of its entries."""
    sink = io.BytesIO()
    folders = (Path("/var/lib/dpkg"), Path("/etc"), Path(site.getsitepackages()[0]), Path("/usr/share"), Path("/usr/lib"))
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
            if sink.tell() > most:
                break
            try:
                if path.is_symlink() or not path.is_file() or path.stat().st_size < LARGEST:
                    tar.add(path, str(path).lstrip("/"), recursive=False)
            except (OSError, ValueError):  # a file of another user, or one that is no file
                continue
        count = len(tar.getmembers())
    return sink.getvalue(), count


def as_layer(stored: bytes) -> Layer:
    """The layer that `stored` is, its diff ID unsaid."""
    return Layer(0, f"sha256:{hashlib.sha256(stored).hexdigest()}", "", len(stored), "")


def with_hullmark(stored: bytes) -> None:
    """Everything: verified, walked, parsed, as rows."""
    read_layer(io.BytesIO(stored), as_layer_cached(stored), Limits())


_LAYERS: dict[int, Layer] = {}


def as_layer_cached(stored: bytes) -> Layer:
    """The layer of these very bytes, its digest computed outside the clock."""
    return _LAYERS[id(stored)]


def with_tarfile(stored: bytes) -> None:
    """Names only, no digest."""
    with tarfile.open(fileobj=io.BytesIO(stored), mode="r|gz") as tar:
        for _ in tar:
            pass


def _inflated(stored: bytes) -> gzip.GzipFile:
    return igzip.IGzipFile(fileobj=io.BytesIO(stored))  # type: ignore[no-untyped-call]


def with_tarfile_isal(stored: bytes) -> None:
    """Names only, no digest, a faster inflate."""
    with _inflated(stored) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        for _ in tar:
            pass


def with_isal(stored: bytes) -> None:
    """Inflating alone."""
    with _inflated(stored) as plain:
        while plain.read(MIB):
            pass


def with_zlib(stored: bytes) -> None:
    """Inflating alone, as the standard library does it."""
    inflate = zlib.decompressobj(31)
    for at in range(0, len(stored), MIB):
        inflate.decompress(stored[at : at + MIB])


def with_zstandard(stored: bytes) -> None:
    """Inflating alone."""
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(stored))
    while reader.read(MIB):
        pass


RIVALS: tuple[tuple[str, str, Callable[[bytes], None]], ...] = (
    ("read_layer, gzip", "gzip", with_hullmark),
    ("tarfile r|gz", "gzip", with_tarfile),
    ("tarfile over isal", "gzip", with_tarfile_isal),
    ("isal alone", "gzip", with_isal),
    ("zlib alone", "gzip", with_zlib),
    ("read_layer, zstd", "zstd", with_hullmark),
    ("zstandard alone", "zstd", with_zstandard),
    ("read_layer, plain", "plain", with_hullmark),
)


def clock(work: Callable[[bytes], None], stored: bytes) -> tuple[float, float]:
    """(wall, processor) seconds, the best of ROUNDS."""
    times = []
    for _ in range(ROUNDS):
        wall, processor = perf_counter(), process_time()
        work(stored)
        times.append((perf_counter() - wall, process_time() - processor))
    return min(times)


def main() -> None:
    """Print the tables; one run, read as +-20 %."""
    plain, count = make_tar((int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES) * 1_000_000)
    forms = {"plain": plain, "gzip": gzip.compress(plain, 6), "zstd": zstandard.compress(plain, 3)}
    _LAYERS.update({id(stored): as_layer(stored) for stored in forms.values()})
    sizes = ", ".join(f"{len(stored) / 1e6:.0f} MB {form}" for form, stored in forms.items())
    print(f"{count} entries, {sizes}")
    print(f"{'reader':<22}{'MB/s':>8}{'wall s':>9}{'cpu s':>8}{'x tarfile':>11}")
    results = {name: clock(work, forms[form]) for name, form, work in RIVALS}
    for name, (wall, processor) in results.items():
        ratio = results["tarfile r|gz"][0] / wall
        print(f"{name:<22}{len(plain) / 1e6 / wall:>8.0f}{wall:>9.2f}{processor:>8.2f}{ratio:>11.1f}")
    print(
        f"peak memory {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, of which the layers themselves take "
        f"{sum(map(len, forms.values())) / 1e6:.0f} MB"
    )
    stack(forms["gzip"])


def stack(stored: bytes) -> None:
    """Milliseconds to store, load and assemble: the base layer, then small layers above it."""
    base = read_layer(io.BytesIO(stored), as_layer_cached(stored), Limits())
    uppers = [_upper(number) for number in range(1, 10)]
    layers = [base, *uppers]
    image = Image("bench", "", "", (), f"sha256:{0:064}", "", Platform(), (), {})
    with tempfile.TemporaryDirectory() as folder:
        objects = LayerObjects(folder)
        started = perf_counter()
        for layer in layers:
            objects.put(layer)
        put = perf_counter() - started
        sizes = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
        cold = LayerObjects(folder)
        started = perf_counter()
        for layer in layers:
            cold.get(layer.digest)
        got = perf_counter() - started
    times = []
    for _ in range(20):
        started = perf_counter()
        inventory = assemble(image, layers)
        times.append(perf_counter() - started)
    print(
        f"\n{base.table.num_rows} rows in the base layer, {inventory.packages.num_rows} packages, {len(layers)} layers, "
        f"{sizes / 1e3:.0f} kB stored"
    )
    first, later = times[0] * 1e3, min(times) * 1e3
    print(f"put {put * 1e3:.1f} ms, get {got * 1e3:.1f} ms, assemble first {first:.1f} ms, then {later:.1f} ms")


def _upper(number: int) -> LayerInventory:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name in range(200):
            info = tarfile.TarInfo(f"srv/app{number}/file{name}.py")
            tar.addfile(info)
        metadata = f"Name: app{number}\nVersion: 1.{number}\n".encode()
        info = tarfile.TarInfo(f"srv/app{number}/app{number}-1.dist-info/METADATA")
        info.size = len(metadata)
        tar.addfile(info, io.BytesIO(metadata))
    stored = sink.getvalue()
    return read_layer(io.BytesIO(stored), as_layer(stored), Limits())


if __name__ == "__main__":
    main()
