"""Applications of Erlang and Elixir: the resource file `ebin/<name>.app`, in a release, in `_build` or in OTP itself.

Source: OTP's app(4). The file is an Erlang term, and only text is read of it. What Erlang/OTP and Elixir bring themselves
has the type `otp`. All other applications are taken for the Hex package of their name, which is Mix's and rebar3's own
rule; the application that an image was made for is among them.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import CUT
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem

NAMES = re.compile(r"[a-z][A-Za-z0-9_@]{0,199}")
PLATFORM = frozenset((
    "asn1", "common_test", "compiler", "cosEvent", "cosEventDomain", "cosFileTransfer", "cosNotification", "cosProperty",
    "cosTime", "cosTransactions", "crypto", "debugger", "dialyzer", "diameter", "edoc", "eldap", "elixir", "eex",
    "erl_docgen", "erl_interface", "erts", "et", "eunit", "ex_unit", "ftp", "gs", "hipe", "ic", "iex", "inets",
    "jinterface", "kernel", "logger", "megaco", "mix", "mnesia", "observer", "odbc", "orber", "os_mon", "ose", "otp_mibs",
    "parsetools", "percept", "public_key", "reltool", "runtime_tools", "sasl", "snmp", "ssh", "ssl", "stdlib",
    "syntax_tools", "test_server", "tftp", "tools", "typer", "webtool", "wx", "xmerl",
))  # fmt: skip

_COMMENT = re.compile(r"^[ \t]*%[^\n]*", re.MULTILINE)
_APPLICATION = re.compile(r"\{\s{0,200}application\s{0,200},\s{0,200}'?([A-Za-z0-9_@]{1,200})'?\s{0,200},")
_VERSION = re.compile(r"\{\s{0,200}vsn\s{0,200},\s{0,200}\"([^\"\n]{0,256})\"")
_LICENCES = re.compile(r"\{\s{0,200}licenses\s{0,200},\s{0,200}\[([^\]]{0,1000})\]")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one application; a Problem when it has no version. Raises CorruptData for what is no resource file."""
    source = _COMMENT.sub("", data.decode("utf-8", "replace"))
    application, version, licences = (pattern.search(source) for pattern in (_APPLICATION, _VERSION, _LICENCES))
    if application is None:
        raise CorruptData("the file holds no Erlang application")
    kind = "otp" if application[1] in PLATFORM else "hex"
    licence = any_of(re.findall(r"\"([^\"\n]{1,200})\"", licences[1])) if licences else ""
    yield stated(path, "erlang-app", Package(kind, application[1], version[1] if version else "", licence=licence), NAMES)
    if not source.rstrip().endswith("."):
        yield Problem(path, "erlang-app", CUT)


CATALOGER = Cataloger(name="erlang-app", type="hex", globs=("**/ebin/*.app",), parse=parse, max_bytes=1024 * 1024)
