"""Where a lake lies: a local folder or an `s3://bucket/prefix`, and how its plain files are read and written."""

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import get_ident
from typing import Any
from urllib.parse import urlsplit

import pyarrow.fs as pa_fs

from hullmark.errors import LakeError

# Delta makes a URL of a path: with these it panics, or writes to another folder.
FORBIDDEN = re.compile(r"[\[\]|^\\\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}")
FORBIDDEN_IN_S3 = re.compile(rf"{FORBIDDEN.pattern}|[?#]")
FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))  # why nothing can be written until something is deleted


@dataclass(frozen=True, slots=True)
class Place:
    """The root of a lake; `options` are what object stores need beyond the `AWS_*` variables they read themselves."""

    root: str
    options: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether the lake is a folder of this machine."""
        return "://" not in self.root

    def join(self, *parts: str) -> str:
        """The path or URL of something in the lake."""
        return "/".join((self.root, *parts))

    def filesystem(self) -> Any:  # noqa: ANN401  # a pyarrow.fs.FileSystem; pyarrow ships no types
        """A file system whose root is the lake's root."""
        if self.is_local:
            return pa_fs.SubTreeFileSystem(self.root, pa_fs.LocalFileSystem())
        endpoint = urlsplit(self.options.get("AWS_ENDPOINT_URL", ""))
        store = pa_fs.S3FileSystem(
            endpoint_override=endpoint.netloc or None,
            scheme=endpoint.scheme or "https",
            region=self.options.get("AWS_REGION"),
            connect_timeout=10,
            request_timeout=60,
        )
        return pa_fs.SubTreeFileSystem(self.root.removeprefix("s3://"), store)

    def read(self, name: str) -> bytes | None:
        """The bytes of a small file, None when there is none; raises LakeError when it cannot be read."""
        try:
            with self.filesystem().open_input_stream(name) as stream:
                return bytes(stream.read())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LakeError(f"{self.join(name)} cannot be read: {one_line(error)}; check its permissions") from None

    def write(self, name: str, content: bytes) -> None:
        """Put a small file whole: a reader sees the old or the new content, never a part; raises OSError."""
        if not self.is_local:
            with self.filesystem().open_output_stream(name) as stream:
                stream.write(content)
            return
        target = Path(self.join(name))
        part = target.with_name(f"{target.name}.{os.getpid()}-{get_ident()}.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            part.replace(target)
        except OSError:  # as on a disk that is full
            part.unlink(missing_ok=True)
            raise

    def delete(self, name: str) -> None:
        """Delete a small file; nothing happens when there is none. Raises LakeError."""
        try:
            self.filesystem().delete_file(name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise LakeError(f"{self.join(name)} cannot be deleted: {one_line(error)}; check its permissions") from None

    def remove(self, folder: str) -> None:
        """Delete a folder with all that is in it; nothing happens when there is none. Raises LakeError."""
        try:
            self.filesystem().delete_dir(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise LakeError(f"{self.join(folder)} cannot be deleted: {one_line(error)}; check its permissions") from None


def place(root: str, environ: Mapping[str, str] = os.environ) -> Place:
    """The place of a lake; local paths become absolute, S3 options come from the environment. Raises LakeError."""
    if "://" not in root:
        return Place(_absolute(root))
    bucket, *folders = root.removeprefix("s3://").rstrip("/").split("/")
    if not root.startswith("s3://") or not bucket:
        raise LakeError(f"the lake {root} is neither a folder nor an s3:// URL; set HULLMARK_LAKE to one of them")
    if "" in folders:
        raise LakeError(f"the lake {root} has an empty name between two slashes; choose another prefix")
    options = {"max_retries": "4", "retry_timeout": "60s", "connect_timeout": "10s"}
    names = ("AWS_ENDPOINT_URL_S3", "HULLMARK_AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL")
    endpoint = next((environ[name] for name in names if environ.get(name)), "")
    if endpoint:
        options["AWS_ENDPOINT_URL"] = endpoint
        options["AWS_ALLOW_HTTP"] = str(endpoint.startswith("http://")).lower()
    if region := environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"):
        options["AWS_REGION"] = region
    return Place(root.rstrip("/"), options)


def for_tables(where: Place) -> Place:
    """The place, where Delta tables can lie; raises LakeError for one with characters in its path that they cannot have."""
    found = (FORBIDDEN if where.is_local else FORBIDDEN_IN_S3).search(where.root)
    if found:
        raise LakeError(
            f"the lake {where.root!r} has {found[0]!r} in its path, which Delta tables cannot have; choose another path"
        )
    return where


def _absolute(folder: str) -> str:
    try:
        return str(Path(folder).expanduser().absolute())
    except RuntimeError:  # ~ of nobody
        raise LakeError(f"the lake {folder} lies in the home of nobody; write its whole path") from None


def unwritten(root: str, error: OSError) -> LakeError:
    """The error for a lake that cannot be written; a full disk is no matter of permissions."""
    reason = one_line(error)
    helps = "free some space there" if reason in FULL else "choose another folder or make it writable"
    return LakeError(f"the lake {root} cannot be written: {reason}; {helps}")


def one_line(error: BaseException) -> str:
    """What went wrong in a few words: of the system's errors what the number means, of others the first line, bounded."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    if full := next((reason for reason in FULL if reason in str(error)), ""):  # as deltalake tells it, in many words
        return full
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(sign if sign.isprintable() else " " for sign in lines[0][:300]).rstrip(". ")
