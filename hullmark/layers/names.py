"""Names in a layer: normalised paths, and the whiteouts among them (OCI image-spec v1.1, layer.md)."""

import posixpath

WHITEOUT = ".wh."
META = ".wh..wh."  # AUFS keeps its own files under such names; runtimes pass them over
OPAQUE = ".wh..wh..opq"


def clean(name: str) -> str:
    """The path below the root, without `.`, `..`, double or outer slashes; "" is the root. `..` cannot leave the root."""
    name = name.removeprefix("./").removesuffix("/")
    if "//" not in name and "/." not in name and name[:1] not in {"", ".", "/"}:
        return name
    return posixpath.normpath(f"/{name}").lstrip("/")


def folder_of(path: str) -> str:
    """The folder that holds `path`; "" is the root."""
    return path.rpartition("/")[0]


def is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, however deep; in "", the root, everything does."""
    return not folder or path.startswith(f"{folder}/")


def joined(folder: str, target: str) -> str:
    """What a symbolic link in `folder` names, as a path below the root, its own links not followed."""
    return clean(target if target.startswith("/") else f"{folder}/{target}")
