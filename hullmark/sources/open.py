"""From what a person types to the Source that reads it: archive, layout, ECR or another registry."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from hullmark.errors import InputError, NotAnImage, NotFound, Unsupported
from hullmark.settings import Limits, Settings
from hullmark.sources.base import Source
from hullmark.sources.files import MANIFEST, Files, Folder
from hullmark.sources.oci_layout import INDEX, OciLayout, read_layout_index
from hullmark.sources.reference import PathReference, RegistryReference, parse_reference


def open_source(reference: str, settings: Settings, environ: Mapping[str, str] = os.environ) -> Source:
    """The source that `reference` names; no layer is read, and no registry is asked yet (ECR is, for its token).

    Raises UsageError, NotFound, NotAnImage, Unsupported, CorruptData, LimitExceeded and, for ECR, AccessError,
    Throttled and TransportError. Credentials for other registries: see `hullmark.sources.docker_login`.
    """
    parsed = parse_reference(reference)
    if isinstance(parsed, PathReference):
        return open_path(parsed, settings.limits)
    from hullmark.sources.ecr.host import parse_ecr_host  # noqa: PLC0415  a path is opened without what registries need

    if parse_ecr_host(parsed.host) is not None:
        from hullmark.sources.ecr.source import open_ecr  # noqa: PLC0415  boto3 is paid for by those who need it

        return open_ecr(parsed, settings)
    return _open_registry(parsed, settings, environ)


def open_path(reference: PathReference, limits: Limits) -> Source:
    """The archive or layout at a path, by what lies in it; raises what `open_source` does for paths."""
    files = _open_files(reference.path, limits)
    layout = files.size(INDEX) is not None and reference.scheme != "docker-archive"
    saved = files.size(MANIFEST) is not None and reference.scheme != "oci"
    if layout and (read_layout_index(files, limits).manifests or not saved):
        return OciLayout(files, limits, reference.tag)
    if saved:
        from hullmark.sources.docker_archive import DockerArchive  # noqa: PLC0415  for archives alone

        return DockerArchive(files, limits, reference.tag)
    files.close()
    if files.size("repositories") is not None and not reference.scheme:
        raise Unsupported(
            f"{reference.path} is an image as Docker saved it before 1.10; load and save it with a current Docker"
        )
    raise NotAnImage(_no_image(reference))


def _open_files(path: Path, limits: Limits) -> Files:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Folder(path)
        if stat.S_ISREG(mode):
            from hullmark.sources.tar_files import TarFiles  # noqa: PLC0415  for archives alone

            return TarFiles(path, limits)
    except FileNotFoundError:
        if path.is_symlink():
            raise NotFound(f"{path} is a link to {path.readlink()}, which is not there; check the path") from None
        raise NotFound(f"there is no file or folder {path}; check the path") from None
    except PermissionError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from None
    raise NotAnImage(f"{path} is neither a file nor a folder; give an image archive or a layout folder")


def _no_image(reference: PathReference) -> str:
    if reference.scheme:
        return f"{reference.path} is no {reference.scheme} image; leave {reference.scheme}: away to have its kind detected"
    return (
        f"{reference.path} holds neither {INDEX} nor {MANIFEST}, so it is no container image; "
        "give what docker save, skopeo or podman wrote"
    )


def _open_registry(reference: RegistryReference, settings: Settings, environ: Mapping[str, str]) -> Source:
    from hullmark.sources.docker_login import find_login  # noqa: PLC0415  httpx is not needed for an archive
    from hullmark.sources.registry import Registry  # noqa: PLC0415
    from hullmark.sources.registry_source import RegistrySource  # noqa: PLC0415

    registry = Registry(reference.base_url, find_login(reference.host, environ), settings.limits, name=reference.host)
    return RegistrySource(registry, reference)
