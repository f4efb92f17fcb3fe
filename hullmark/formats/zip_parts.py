"""What of a large archive is kept while it streams past: the directory, and the entries that are wanted.

An archive says at its end where its entries are; before that only their local headers tell (PKWARE APPNOTE 4.3.7), which
need not state sizes. So an entry is kept from its header to the next header behind its end, and of the first one its mark,
which says that the file begins as an archive. What is kept for nothing does no harm, and what is not kept is zeros: an
entry that the directory knows and that had no header where it stood is noticed by whoever reads it. Archives within the
archive that are stored are told apart like the archive itself.
"""

import re
from collections.abc import Callable, Iterator
from struct import Struct

_HEADER, _LISTED = b"PK\3\4", b"PK\1\2"
_MARKS, _HEADERS = re.compile(rb"PK(?:\x03\x04|\x01\x02)"), re.compile(_HEADER)  # twice as fast as bytes.find
_CUT = tuple(mark[:size] for mark in (_HEADER, _LISTED) for size in (3, 2, 1))
_FIELDS = Struct("<4x3H8xI4x2H")  # version, flags, method, packed size, sizes of name and extra field
_MOST_VERSION = 63  # of the standard that an entry may ask for; by it bytes that only look like a header are told
_METHODS = frozenset({0, 8})  # stored, deflated
_SIZE_BEHIND = 8  # flag: sizes stand behind the entry, and nowhere before it
_DESCRIPTORS = ((16, 8, 4), (12, 8, 4), (24, 16, 8), (20, 16, 8))  # size; the packed size in it, from its end, and its size
_MOST_DESCRIBED = 24
_UNKNOWN = 1 << 64


class ZipParts:
    """Parts of one archive; `wanted` is asked for the raw names."""

    def __init__(self, wanted: Callable[[bytes], bool]) -> None:
        self._wanted = wanted
        self._keeping = True
        self._rest = b""  # a header of which the end is in the next piece; it is kept
        self._passed = 0  # bytes before that
        self._before = b""  # the last of them
        self._begin = self._until = 0  # of what is kept as a whole

    def kept(self, piece: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
        """See parts.Parts."""
        if not self._rest:
            return self._stretches(piece, at, end)
        shift = at - len(self._rest)
        data, self._rest = self._rest + piece[at:end], b""
        stretches = self._stretches(data, 0, len(data))
        return ((max(begin + shift, at), stop + shift) for begin, stop in stretches if stop + shift > at)

    def _stretches(self, data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
        begin = at
        least = at if self._passed else at + len(_HEADER)
        for where, keeping in self._turns(data, at, end):
            if self._keeping and not keeping and begin < max(where, least):
                yield begin, max(where, least)
            elif keeping and not self._keeping:
                begin = where
            self._keeping = keeping
        cut = end - len(self._rest)
        if self._keeping or self._rest:
            yield begin if self._keeping else cut, end
        self._passed += cut - at
        self._before = (self._before + data[max(at, cut - _MOST_DESCRIBED) : cut])[-_MOST_DESCRIBED:]

    def _turns(self, data: bytes, at: int, end: int) -> Iterator[tuple[int, bool]]:
        """Where headers and lists of entries begin, and whether what follows is kept; sets aside what is cut off."""
        first, marks = at, _MARKS
        while found := marks.search(data, at, end):
            place = found.start()
            at = place + len(_HEADER)
            if data[place + 2] == _HEADER[2]:
                name = place + _FIELDS.size
                if name > end:
                    break
                version, flags, method, packed, size, extra = _FIELDS.unpack_from(data, place)
                if version & 0xFF > _MOST_VERSION or method not in _METHODS or not self._is_outside(data, first, place):
                    continue
                begin = name + size + extra
                if begin + len(_HEADER) > end:
                    break
                marks, keeping = _MARKS, self._wanted(data[name : name + size])
                self._until = 0
                if keeping and (method or not data.startswith(_HEADER, begin)):
                    self._begin = self._passed + begin - first
                    self._until = self._begin + (_UNKNOWN if flags & _SIZE_BEHIND else packed)
                yield place, keeping
            else:
                yield place, True
                marks = _HEADERS
        else:
            place = end - next((len(mark) for mark in _CUT if data.endswith(mark, at, end)), 0)
        self._rest = data[place:end]

    def _is_outside(self, data: bytes, first: int, header: int) -> bool:
        """Whether a header stands behind what is kept as a whole, and is not a part of it."""
        if not self._until:
            return True
        place = self._passed + header - first
        if self._until < _UNKNOWN:
            return place >= self._until
        before = (
            self._before + data[first:header]
            if header - first < _MOST_DESCRIBED
            else data[header - _MOST_DESCRIBED : header]
        )
        return any(
            int.from_bytes(before[len(before) - at : len(before) - at + size], "little") == place - described - self._begin
            for described, at, size in _DESCRIPTORS
        )
