"""A process that scans once and ends: without modules that it need not have, and memory goes back as soon as it is free."""

import ctypes
import gc
import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importlib.abc imports thirty modules more

SWITCH = (
    0.001  # seconds after which a thread that computes lets another one have its next piece; Python waits five times longer
)
COLLECT = 100_000  # objects that are made before garbage is looked for; names and finds are none
LARGE = 4 << 20  # bytes; pieces of a layer are below it, so that their memory is used again
SPARE = 4 << 20  # bytes that are free and not given back: a few pieces of a layer
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h


# Modules that are imported only to be asked for one thing, and what answers in their place.
STAND_INS: Mapping[str, Mapping[str, object]] = {
    # Arrow writes texts for help() about 300 functions: 25 ms.
    "pyarrow.vendored.docscrape": {"NumpyDocString": lambda _text: defaultdict(tuple)},
}
# What pyarrow does without where it is not installed; it imports NumPy at once (10 MB and 40 ms), and pandas as soon as it
# is given a list (30 MB and 0.15 s).
ABSENT = frozenset({"numpy", "pandas"})


class _Finder(Loader):
    """Finds stand-ins, and none of ABSENT."""

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        if name in ABSENT:
            raise ModuleNotFoundError(f"a scan does without {name}", name=name)
        return ModuleSpec(name, self) if name in STAND_INS else None

    def create_module(self, spec: ModuleSpec) -> None:
        """See importlib.abc.Loader."""

    def exec_module(self, module: ModuleType) -> None:
        """See importlib.abc.Loader."""
        vars(module).update(STAND_INS[module.__name__])


def be_lean() -> None:
    """For the whole process, so for the console script only; before pyarrow is imported.

    Arrow's own allocator keeps what layers took, 40 MB of a large image, while DuckDB asks for more.
    """
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(COLLECT, 50, 50)
    sys.meta_path.insert(0, _Finder())
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads for linear algebra, which nothing here does
    _give_back_large_blocks()


def _give_back_large_blocks() -> None:
    """Let the C library return every block from LARGE on as soon as it is free; where it is not glibc, nothing happens.

    Left alone it raises that threshold to 32 MiB with the first large file that is read, and keeps a third of the peak.
    Threads share one arena: a piece of a layer that one makes and another frees is taken again, and not from the kernel.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for option, value in ((M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, SPARE), (M_ARENA_MAX, 1)):
            mallopt(option, value)
