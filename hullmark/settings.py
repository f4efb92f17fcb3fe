"""One frozen Settings value, read once at the edge from `HULLMARK_*` environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from hullmark.errors import UsageError

MIB = 1024 * 1024
POOLS = ("threads", "dask", "workers")
LEAST = {
    "exception_days": 1,
    "registry_requests": 1,
    "pool_size": 1,
    "part_least": 1,
    "part_mb": 1,
    "memory_mb": 64,
}  # other numbers may be 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile input; sizes in bytes, times in seconds. The environment sets each: `HULLMARK_LIMIT_<FIELD>`."""

    manifest_bytes: int = 4 * MIB
    vex_bytes: int = 1 * MIB  # one attestation with VEX; 0 reads none
    provenance_bytes: int = 4 * MIB  # one attestation of how an image was built; 0 reads none
    config_bytes: int = 8 * MIB
    index_bytes: int = 32 * MIB  # manifests and configurations of one index, all together
    layers: int = 512
    index_depth: int = 4
    index_manifests: int = 512
    layer_bytes: int = 64 * 1024 * MIB  # uncompressed bytes of one layer
    layer_ratio: int = 1100  # uncompressed / compressed; zeros reach 1030 in deflate
    layer_entries: int = 20_000_000
    path_bytes: int = 4096
    header_bytes: int = 1 * MIB  # PAX and GNU long-name records of one entry
    file_bytes: int = 64 * MIB  # one file that a cataloger wants for its path
    large_bytes: int = 256 * MIB  # one file that was recognised by its content, or whose cataloger reads larger ones
    program_bytes: int = 2048 * MIB  # one program or jar of which no more than large_bytes are kept and read
    kept_bytes: int = 512 * MIB  # all names of one layer, and what a second pass keeps for hard links
    packages: int = 1_000_000  # packages of one layer
    image_bytes: int = 1024 * MIB  # memory for what all layers hold that are scanned together
    layer_seconds: float = 1800.0
    feed_bytes: int = 4096 * MIB  # one feed, as it is sent and unpacked
    feed_seconds: float = 3600.0  # to fetch one feed, all its files and repetitions together
    feed_idle_seconds: float = 60.0  # without a byte from the server of a feed
    record_bytes: int = 64 * MIB  # one advisory


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how much may be used; every field has an environment variable `HULLMARK_<FIELD>`."""

    lake: str = ""  # folder or s3:// URL; default ~/.local/share/hullmark
    feeds: str = ""  # base that holds osv/, kev/ and epss/; "" means the publishers' own addresses
    feeds_max_age_hours: int = 24
    feeds_keep_days: int = 90  # snapshots that are current no more, so that past assessments can be made again
    nvd: str = ""  # "on": also ask NVD, for CVEs that nobody else has scored
    vex_attestations: str = ""  # "off": VEX that lies with images in their registries is not read
    nvd_api_key: str = field(default="", repr=False)
    workers: int = 0  # layers read at once, and processes of a large feed; 0 means the number of cores
    registry_requests: int = 8  # images and layers asked of one registry at once, by each process
    pool: str = "threads"  # who reads: threads of the flow's process, "dask", or the "workers" of a work pool
    pool_size: int = 2  # Dask processes that are started, or parts that are dealt to the workers of the work pool
    part_least: int = 40  # items that are worth a flow run on another worker, which costs it about five seconds
    part_mb: int = 256  # what a part of a scan may hold in memory of configurations, VEX and provenance
    dask_scheduler: str = ""  # address of a Dask cluster; "" starts one on this machine
    coverage_days: int = 30  # of runs whose coverage is kept; what is older keeps the last row of each digest
    exception_days: int = 366  # the longest that an exception may hold
    memory_mb: int = 1024  # DuckDB's memory limit
    log_level: str = "WARNING"
    aws_endpoint_url: str = ""  # an AWS stand-in; "" means AWS
    policy: str = ""  # a folder with rules, frameworks and targets of one's own
    platform_role_arn: str = ""  # the role that Hullmark runs as, which customers trust
    template_url: str = ""  # where customer-role.yaml lies in S3, for quick-create links
    limits: Limits = field(default_factory=Limits)

    @property
    def threads(self) -> int:
        """Layers to read at once, at least 1."""
        return self.workers or os.cpu_count() or 1


def read_settings(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Settings from the environment, then from keyword overrides that are not None; raises UsageError on a bad number."""
    values: dict[str, object] = {}
    for item in fields(Settings):
        text = environ.get(f"HULLMARK_{item.name.upper()}", "")
        if text and item.name != "limits":
            values[item.name] = _number(item.name, text) if item.type is int else text
    values["limits"] = _limits(environ)
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = replace(Settings(), **values)  # type: ignore[arg-type]  # names and types were just taken from the fields
    if settings.pool not in POOLS:
        raise UsageError(f"HULLMARK_POOL is {settings.pool!r}, which is no pool; set one of {', '.join(POOLS)} or unset it")
    if settings.vex_attestations == "off":
        settings = replace(settings, limits=replace(settings.limits, vex_bytes=0))
    return settings if settings.lake else replace(settings, lake=str(default_home(environ)))


def _limits(environ: Mapping[str, str]) -> Limits:
    stated = {item.name: f"limit_{item.name}" for item in fields(Limits)}
    given = {
        name: _number(variable, text)
        for name, variable in stated.items()
        if (text := environ.get(f"HULLMARK_{variable.upper()}", ""))
    }
    return Limits(**given)


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The lake of a user who said nothing: $XDG_DATA_HOME/hullmark or ~/.local/share/hullmark."""
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "hullmark"


def _number(name: str, text: str) -> int:
    least = LEAST.get(name, 0)
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < least:
        raise UsageError(
            f"HULLMARK_{name.upper()} is {text!r}, which is no whole number from {least} on; set such a number or unset it"
        )
    return number
