"""The tables: column names, Arrow types and keys. Times are UTC, sizes bytes, digests `sha256:<hex>`.

`TABLES` are Delta tables under `<lake>/tables/<name>`. `LAYER_OBJECT` is the content-addressed Parquet object of one
layer; `ADVISORIES`, `AFFECTED`, `AFFECTED_VERSIONS`, `SEVERITIES`, `EXPLOITATION` and `END_OF_LIFE` are the Parquet files of
one feed snapshot.
A version key is an order-preserving byte string (see `hullmark/versions`), null when the version could not be parsed.
"""

from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.string()
COUNT = pa.int64()
TIME = pa.timestamp("us", tz="UTC")
KEY = pa.binary()
TEXTS = pa.list_(pa.string())
FLAG = pa.bool_()
REAL = pa.float64()


@dataclass(frozen=True, slots=True)
class Table:
    """A Delta table: rows with equal `key` replace each other; `scope` columns say which old rows a batch replaces whole."""

    name: str
    key: tuple[str, ...]
    scope: tuple[str, ...]
    schema: pa.Schema


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


def whole(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in the columns of a schema, null where an older Hullmark wrote them without one; raises pa.ArrowException."""
    there = set(rows.column_names)
    columns = [
        rows[field.name].cast(field.type) if field.name in there else pa.nulls(rows.num_rows, field.type) for field in schema
    ]
    return pa.table(columns, schema=schema)


# One row per thing found in a layer. kind: "package", "problem", "whiteout" (path is what it hides), "opaque" (path is the
# folder), "symlink" and "hardlink" (target = their target), "folder", "file" (any other), "distro" (detail = JSON), "alias"
# (path is a hard link to what was recognised by its content and is reported at target), "owned" (the file list of the OS
# package type / name, stated at target, names path), "exposure" (name = its kind, detail = its evidence, masked), "licence"
# (of the package type / name). Finds (package, distro, problem, exposure, licence, alias, owned; wanted = null) come first,
# then a row for every name in the layer: see docs/layers.md. Names that a cataloger wanted for their path have wanted set,
# even when they yielded nothing; files that were recognised by their content, and their aliases, only with a find.
LAYER_OBJECT = _schema(
    kind=TEXT, path=TEXT, target=TEXT, wanted=FLAG, size=COUNT, mode=pa.int32(), type=TEXT, name=TEXT, version=TEXT,
    version_key=KEY, arch=TEXT, source_name=TEXT, source_version=TEXT, source_version_key=KEY, licence=TEXT,
    vendor=TEXT, modularity=TEXT, cpe=TEXT, origin=TEXT, inner=TEXT, cataloger=TEXT, detail=TEXT,
)  # fmt: skip

# Assembled inventory of images: the packages that are visible in the final root file system.
# layer / layer_index: the layer that brought this version of the package to this path; first_layer / first_layer_index: the
# one that brought the package, in whatever version; upgraded_from: the version that `layer` replaced, "" if none.
# owner: "type/name" of the OS package whose file list names the path, "" if none.
# ecosystem: OSV name with release ("Debian:12", "Alpine:v3.18", "Ubuntu:22.04", "PyPI"), "" when the OS is unknown.
# advisory_name / advisory_version: what is compared with advisories (the source package for Debian, Alpine, Ubuntu; the
# normalised name for PyPI); version_key is the key of advisory_version.
PACKAGES = _schema(
    image_digest=TEXT, path=TEXT, type=TEXT, name=TEXT, version=TEXT, arch=TEXT, purl=TEXT, source_name=TEXT,
    source_version=TEXT, ecosystem=TEXT, advisory_name=TEXT, advisory_version=TEXT, version_key=KEY, licence=TEXT,
    vendor=TEXT, modularity=TEXT, cpe=TEXT, origin=TEXT, inner=TEXT, layer=TEXT, layer_index=pa.int32(), engine=TEXT,
    owner=TEXT, first_layer=TEXT, first_layer_index=pa.int32(), upgraded_from=TEXT,
)  # fmt: skip

# Packages that a layer brought and a later one removed or replaced (then replaced_by is the version that took its place):
# nobody sees them, but they are shipped. removed_layer: the first layer without them.
REMOVED_PACKAGES = _schema(
    image_digest=TEXT, path=TEXT, type=TEXT, name=TEXT, version=TEXT, arch=TEXT, purl=TEXT, ecosystem=TEXT, origin=TEXT,
    layer=TEXT, layer_index=pa.int32(), removed_layer=TEXT, removed_layer_index=pa.int32(), replaced_by=TEXT, engine=TEXT,
)  # fmt: skip

# withdrawn_reason: "withdrawn" by its publisher, "rejected" when its text says that the CVE is; "" while it stands.
ADVISORIES = _schema(
    advisory_id=TEXT, feed=TEXT, aliases=TEXTS, vulnerability_ids=TEXTS, summary=TEXT, severity=TEXT, score=REAL,
    vector=TEXT, severity_source=TEXT, published=TIME, modified=TIME, withdrawn=TIME, withdrawn_reason=TEXT,
    cwes=TEXTS, references=TEXTS,
)  # fmt: skip
# What a publisher says of one package beside versions (see advisories/terms.py): modules: the rpm module streams it is about
# (none: packages of no module; "*": of whichever); binaries: the binary packages it is about (none: all of the source);
# status: "will-not-fix", "end-of-life" or ""; severity: the distribution's own word for that release, "" for none.
_TERMS = {"modules": TEXTS, "binaries": TEXTS, "status": TEXT, "severity": TEXT, "note": TEXT}
AFFECTED = _schema(
    advisory_id=TEXT, ecosystem=TEXT, name=TEXT, **_TERMS, scheme=TEXT, low=TEXT, high=TEXT, low_key=KEY, high_key=KEY,
    high_inclusive=FLAG, fixed_version=TEXT,
)  # fmt: skip
AFFECTED_VERSIONS = _schema(
    advisory_id=TEXT, ecosystem=TEXT, name=TEXT, **_TERMS, version=TEXT, version_key=KEY, fixed_version=TEXT
)
# Every severity that an advisory states. kind: "CVSS_V2", "CVSS_V3", "CVSS_V4", or "word" (then without a vector).
# source: who judged, as in severity_source.
SEVERITIES = _schema(advisory_id=TEXT, feed=TEXT, source=TEXT, kind=TEXT, vector=TEXT, score=REAL, severity=TEXT)
# A release of an operating system or runtime. ends: the day of the last fix without a contract, null while none is set;
# ended: its publisher says that it has ended, though not when.
END_OF_LIFE = _schema(
    product=TEXT, cycle=TEXT, codename=TEXT, label=TEXT, ecosystem=TEXT, released=pa.date32(), support_ends=pa.date32(),
    ends=pa.date32(), ended=FLAG, extended_ends=pa.date32(), lts=FLAG, latest=TEXT, latest_released=pa.date32(), link=TEXT,
)  # fmt: skip
EXPLOITATION = _schema(
    cve=TEXT, kev=FLAG, kev_added=pa.date32(), kev_due=pa.date32(), kev_ransomware=FLAG, epss=REAL, epss_percentile=REAL,
    epss_date=pa.date32(),
)  # fmt: skip
# Red Hat's products whose packages lie in a repository (a content set). ecosystem: the product as advisories name it,
# without its channel ("Red Hat:rhel_eus:9.2").
PRODUCT_REPOSITORIES = _schema(repository=TEXT, ecosystem=TEXT)
LISTING = _schema(record=TEXT, modified=TEXT)  # what the publisher of a feed said that it had, beside its snapshot
# What each record of a snapshot is about (see advisories/record_index.sql); digest: of all that findings hang on; rejects:
# it says that its vulnerability is none (null where an older Hullmark did not ask).
RECORD_INDEX = _schema(record=TEXT, digest=COUNT, packages=TEXTS, vulnerabilities=TEXTS, rejects=FLAG)
FEED_PROBLEMS = _schema(feed=TEXT, record=TEXT, reason=TEXT)

# location: "<registry>/<repository>"; account and region are "" outside ECR. index_digest: the first index that names it.
# state: "present"; "untagged" when no tag and no index names it any more; "excluded" when the integration's policy leaves it
# out; "deleted". What ECR archived stays as it was. content_sets: from which repositories it was
# built, as builds of Red Hat say.
IMAGES = _schema(
    registry=TEXT, repository=TEXT, digest=TEXT, account=TEXT, region=TEXT, tags=TEXTS, platform=TEXT, media_type=TEXT,
    size=COUNT, pushed_at=TIME, os_id=TEXT, os_version=TEXT, os_name=TEXT, created_at=TIME, user=TEXT, entrypoint=TEXT,
    healthcheck=FLAG, ports=TEXTS, labels=TEXT, annotations=TEXT, index_digest=TEXT, engine=TEXT, first_seen=TIME,
    last_seen=TIME, state=TEXT, content_sets=TEXTS,
)  # fmt: skip
# One row for each time that a tag pointed somewhere: digest is what the registry lists for it, an index or an image.
# until is null while it points there; a deleted tag has no such row.
TAGS = _schema(registry=TEXT, repository=TEXT, tag=TEXT, digest=TEXT, since=TIME, until=TIME)
# What an image stands on (docs/bases.md). base_layers: its lowest so many layers are the base's. base_digest is "" where
# only a name is known. method: annotation, chain, known, provenance, label, packages, os-release.
BASE_IMAGES = _schema(
    image_digest=TEXT, base_digest=TEXT, base_name=TEXT, base_layers=COUNT, method=TEXT, confidence=TEXT, evidence=TEXT
)
# Bases outside the fleet that somebody has named, so that images on them are known (docs/bases.md). name: "repository:tag";
# layers: how many it has, chain_id that of the last; source: where the row is from.
KNOWN_BASES = _schema(
    name=TEXT, digest=TEXT, platform=TEXT, chain_id=TEXT, layers=COUNT, created=TIME, source=TEXT, imported_at=TIME,
    imported_by=TEXT,
)  # fmt: skip
IMAGE_LAYERS = _schema(
    image_digest=TEXT, layer_index=pa.int32(), layer=TEXT, diff_id=TEXT, chain_id=TEXT, size=COUNT, created_by=TEXT,
    media_type=TEXT,
)  # fmt: skip
# index_digest: all indexes that name the digest in that place, sorted, with a space between; tags: its own or else theirs.
COVERAGE = _schema(
    run=TEXT, registry=TEXT, repository=TEXT, digest=TEXT, account=TEXT, region=TEXT, tags=TEXTS, media_type=TEXT,
    subject=TEXT, index_digest=TEXT, status=TEXT, reason=TEXT, detail=TEXT, at=TIME,
)  # fmt: skip
# What is known of each digest in each place now: its last coverage row that said something new, and the engine that said it.
DIGESTS = _schema(
    registry=TEXT, repository=TEXT, digest=TEXT, account=TEXT, region=TEXT, tags=TEXTS, media_type=TEXT, subject=TEXT,
    index_digest=TEXT, status=TEXT, reason=TEXT, detail=TEXT, run=TEXT, at=TIME, engine=TEXT,
)  # fmt: skip
# Digests whose last runs failed, how often in a row and why; held_until: the time before which none tries again.
FAILURES = _schema(
    digest=TEXT, failures=COUNT, reason=TEXT, detail=TEXT, first_failed=TIME, last_failed=TIME, run=TEXT, held_until=TIME
)
# What others state about an image, where it lies. kind: "signature", "sbom", "provenance" or "attestation"; digest is that
# of the manifest, statement that of the blob in it ("" when that could not be read); at: when it was last recorded.
EVIDENCE = _schema(
    subject=TEXT, kind=TEXT, predicate_type=TEXT, registry=TEXT, repository=TEXT, digest=TEXT, statement=TEXT,
    media_type=TEXT, size=COUNT, account=TEXT, region=TEXT, at=TIME,
)  # fmt: skip
# What the build of an image says of itself in SLSA provenance, verified by nobody (docs/bases.md). subject: the image or
# index that the evidence `digest` lies with; format: "slsa-v0.2" or "slsa-v1"; dockerfile: its path in source. base_names,
# base_digests and base_platforms are of one length: the images that the build used, "" where it does not say; where
# last_stage is set, only the one that the last stage is FROM, none for scratch. stage_layers: that one's, compressed.
PROVENANCE = _schema(
    registry=TEXT, repository=TEXT, digest=TEXT, statement=TEXT, subject=TEXT, format=TEXT, source=TEXT, revision=TEXT,
    dockerfile=TEXT, base_names=TEXTS, base_digests=TEXTS, base_platforms=TEXTS, at=TIME, last_stage=FLAG,
    stage_layers=TEXTS,
)  # fmt: skip
# What should not be in an image: secrets (masked), modes that give rights away, caches (docs/checks.md). In the
# configuration, path is its place there ("config.Env[NAME]", "history[3]"), layer is "" and layer_index null.
# removed_layer: the layer that deletes or replaces the file of a secret, which is shipped all the same; "" while it lasts.
EXPOSURES = _schema(
    image_digest=TEXT, path=TEXT, kind=TEXT, evidence=TEXT, layer=TEXT, layer_index=pa.int32(), removed_layer=TEXT,
    removed_layer_index=pa.int32(),
)  # fmt: skip
# What fails which rule (docs/compliance.md), and since when; unknown: it could not be asked, and evidence says why (null in
# old rows: false). image_digest is the subject: a digest, or "registry/repository" where a rule is about repositories.
CHECKS = _schema(image_digest=TEXT, rule=TEXT, evidence=TEXT, first_seen=TIME, unknown=FLAG)
# How many of how many fail a rule in a repository, and are exempt from it, from `at` on until the next row says otherwise.
# unknown: how many more could not be asked; they are no part of the population (null in old rows: none).
COMPLIANCE = _schema(
    at=TIME, run=TEXT, rule=TEXT, account=TEXT, repository=TEXT, population=COUNT, failing=COUNT, exempt=COUNT,
    unknown=COUNT,
)  # fmt: skip
# How repositories are set up (docs/compliance.md), each that an integration wants; "" and null where that is not known, and
# `unknown` says why. tag_mutability: "mutable", "immutable", with "-with-exclusion"; scanning: "on-push", "continuous" or
# "manual", by ECR itself; encryption: "aes256", "kms", "kms-dsse"; access: "private", "shared" or "public"; at: when the row
# last changed; asked_at: when it was last asked itself. state: "present" or "gone".
REPOSITORIES = _schema(
    registry=TEXT, repository=TEXT, account=TEXT, region=TEXT, created_at=TIME, tag_mutability=TEXT, scanning=TEXT,
    encryption=TEXT, kms_key=TEXT, lifecycle_rules=COUNT, access=TEXT, shared_with=TEXTS, unknown=TEXTS, asked_at=TIME,
    at=TIME, state=TEXT,
)  # fmt: skip
PROBLEMS = _schema(image_digest=TEXT, layer=TEXT, path=TEXT, cataloger=TEXT, reason=TEXT)

# package_key: "<type>|<name>|<version>|<arch>|<path>" (a version has % and | escaped);
# vulnerability: a CVE id where there is one. status is "open":
# what has closed is no row but an event. fix_state: "fixed" (in fixed_version), "will-not-fix", "end-of-life" or "not-yet".
# rule: a default rule that doubts the finding ("kernel-headers", "documentation"), "" for none: see docs/matching.md.
# last_seen: when the row was last written, which is when something in it changed.
FINDINGS = _schema(
    image_digest=TEXT, package_key=TEXT, vulnerability=TEXT, aliases=TEXTS, advisory=TEXT, type=TEXT, package=TEXT,
    version=TEXT, purl=TEXT, path=TEXT, layer=TEXT, layer_index=pa.int32(), fixed_version=TEXT, severity=TEXT,
    score=REAL, vector=TEXT, kev=FLAG, kev_due=pa.date32(), kev_ransomware=FLAG, epss=REAL, epss_percentile=REAL,
    summary=TEXT, severity_source=TEXT, fix_state=TEXT, rule=TEXT, note=TEXT, status=TEXT, first_seen=TIME, last_seen=TIME,
)  # fmt: skip
# How findings are kept: what is said of each distinct package, and which images carry those of which something is said.
# The view `findings` joins them (docs/lake.md); rows in the table of that name are of an older Hullmark, and of no lake that
# this one has matched. subject: the distinct package, a number made of its type, name, version and what of it is compared.
# first_seen and last_seen of a finding are the later ones of both.
VERDICTS = _schema(
    subject=COUNT, vulnerability=TEXT, type=TEXT, package=TEXT, version=TEXT, aliases=TEXTS, advisory=TEXT,
    fixed_version=TEXT, severity=TEXT, score=REAL, vector=TEXT, kev=FLAG, kev_due=pa.date32(), kev_ransomware=FLAG,
    epss=REAL, epss_percentile=REAL, summary=TEXT, severity_source=TEXT, fix_state=TEXT, rule=TEXT, note=TEXT,
    first_seen=TIME, last_seen=TIME,
)  # fmt: skip
VULNERABLE_PACKAGES = _schema(
    image_digest=TEXT, package_key=TEXT, subject=COUNT, purl=TEXT, path=TEXT, layer=TEXT, layer_index=pa.int32(),
    first_seen=TIME, last_seen=TIME,
)  # fmt: skip
# What is matched: each distinct package, however many images carry it, so that a changed advisory asks nothing of images.
DISTINCT_PACKAGES = _schema(
    subject=COUNT, type=TEXT, ecosystem=TEXT, name=TEXT, version=TEXT, advisory_name=TEXT, advisory_version=TEXT,
    version_key=KEY, module=TEXT,
)  # fmt: skip
# The ledger: severity, fixed_version and advisory are those after the event, or the last ones of what closed.
FINDING_EVENTS = _schema(
    run=TEXT, at=TIME, event=TEXT, cause=TEXT, image_digest=TEXT, package_key=TEXT, vulnerability=TEXT, detail=TEXT,
    severity=TEXT, fixed_version=TEXT, advisory=TEXT,
)  # fmt: skip
RUNS = _schema(
    run=TEXT, kind=TEXT, started=TIME, finished=TIME, state=TEXT, accounts=COUNT, repositories=COUNT, digests=COUNT,
    images_scanned=COUNT, images_unchanged=COUNT, images_failed=COUNT, layers_read=COUNT, layers_known=COUNT,
    bytes_read=COUNT, findings=COUNT, engine=TEXT, detail=TEXT, heartbeat=TIME,
)  # fmt: skip
# Which snapshot of each feed a run has matched with.
RUN_FEEDS = _schema(run=TEXT, feed=TEXT, snapshot=TEXT, fetched_at=TIME, published=TIME)
# One matching of the lake. scope: "full" or "incremental", and why; matcher: the code that matched; ended: ecosystems that
# got no fixes any more on that day; images: how many were compared package by package; finished: null until all was written.
# seen: the states of the tables that say which images there are, as they were read ("images <id> <version>").
MATCHINGS = _schema(
    run=TEXT, at=TIME, finished=TIME, scope=TEXT, reason=TEXT, matcher=TEXT, ended=TEXTS, images=COUNT, findings=COUNT,
    opened=COUNT, closed=COUNT, changed=COUNT, seen=TEXTS,
)  # fmt: skip
# Which images the findings are of, and when each was last matched whole; fingerprint: of an older Hullmark, else null.
MATCHED_IMAGES = _schema(image_digest=TEXT, run=TEXT, at=TIME, fingerprint=COUNT)
FEED_SNAPSHOTS = _schema(
    feed=TEXT, snapshot=TEXT, url=TEXT, fetched_at=TIME, published=TIME, records=COUNT, problems=COUNT, state=TEXT,
    detail=TEXT,
)  # fmt: skip
# How AWS accounts stand, as the Integration Hub says: state is "connected", "paused" or "disconnected".
ACCOUNTS = _schema(account=TEXT, state=TEXT, since=TIME)

# What somebody has decided to live with until expires_at (docs/exceptions.md); it is never deleted: revoked and expired are
# states that follow from the times. A blank in the scope (vulnerability to image_digest) means any; an exception of a rule
# names it. package is "type/name"; versions is what was said (">=1.2 <1.5"), low_key (inclusive) and high_key its bounds,
# null for none; repository is a glob over "registry/repository" or "repository".
EXCEPTIONS = _schema(
    id=TEXT, owner=TEXT, reason=TEXT, vulnerability=TEXT, rule=TEXT, package=TEXT, versions=TEXT, low_key=KEY, high_key=KEY,
    high_inclusive=FLAG, repository=TEXT, account=TEXT, image_digest=TEXT, created_at=TIME, created_by=TEXT, expires_at=TIME,
    revoked_at=TIME, revoked_by=TEXT,
)  # fmt: skip

# What others state about exploitability (VEX, docs/vex.md), a row for each product of each statement. document is the digest
# of its bytes, document_id its own name; at is when the statement was made, issued_at when its document was. status:
# "not_affected", "affected", "fixed" or "under_investigation". A blank fits anything: stem is a package URL without version
# and qualifiers, version and qualifiers ("arch=amd64") those of the URL; repository is "registry/repository".
VEX_STATEMENTS = _schema(
    document=TEXT, row=COUNT, document_id=TEXT, format=TEXT, author=TEXT, issued_at=TIME, at=TIME, source=TEXT,
    imported_at=TIME, imported_by=TEXT, vulnerability=TEXT, aliases=TEXTS, status=TEXT, justification=TEXT, detail=TEXT,
    product=TEXT, stem=TEXT, version=TEXT, qualifiers=TEXTS, image_digest=TEXT, repository=TEXT, tag=TEXT, platform=TEXT,
    low_key=KEY, low_inclusive=FLAG, high_key=KEY, high_inclusive=FLAG,
)  # fmt: skip
# What was stated until removed_at, when somebody, or the run that found its attestation gone, took the document out.
VEX_REMOVED = pa.schema([*VEX_STATEMENTS, *_schema(removed_at=TIME, removed_by=TEXT)])

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("images", ("registry", "repository", "digest"), (), IMAGES),
        Table("repositories", ("registry", "repository"), (), REPOSITORIES),
        Table("tags", ("registry", "repository", "tag", "since"), (), TAGS),
        Table("base_images", ("image_digest",), ("image_digest",), BASE_IMAGES),
        Table("known_bases", ("name", "digest"), (), KNOWN_BASES),
        Table("image_layers", ("image_digest", "layer_index"), ("image_digest",), IMAGE_LAYERS),
        Table("packages", ("image_digest", "path", "type", "name", "version", "arch"), ("image_digest",), PACKAGES),
        Table(
            "removed_packages",
            ("image_digest", "path", "type", "name", "version", "arch", "layer_index"),
            ("image_digest",),
            REMOVED_PACKAGES,
        ),
        Table("problems", ("image_digest", "layer", "path", "cataloger", "reason"), ("image_digest",), PROBLEMS),
        Table("exposures", ("image_digest", "path", "kind", "evidence"), ("image_digest",), EXPOSURES),
        Table("checks", ("image_digest", "rule"), ("image_digest",), CHECKS),
        Table("compliance", ("rule", "account", "repository", "at"), (), COMPLIANCE),
        Table("coverage", ("run", "registry", "repository", "digest"), (), COVERAGE),
        Table("digests", ("registry", "repository", "digest"), (), DIGESTS),
        Table("failures", ("digest",), ("digest",), FAILURES),
        Table("evidence", ("registry", "repository", "digest", "statement", "predicate_type"), (), EVIDENCE),
        Table(
            "provenance",
            ("registry", "repository", "digest", "statement"),
            ("digest", "registry", "repository"),
            PROVENANCE,
        ),
        Table("findings", ("image_digest", "package_key", "vulnerability"), ("image_digest",), FINDINGS),
        Table("distinct_packages", ("subject",), (), DISTINCT_PACKAGES),
        Table("verdicts", ("vulnerability", "subject"), (), VERDICTS),
        Table("vulnerable_packages", ("image_digest", "package_key"), ("image_digest",), VULNERABLE_PACKAGES),
        Table("finding_events", ("run", "image_digest", "package_key", "vulnerability", "event"), (), FINDING_EVENTS),
        Table("runs", ("run",), (), RUNS),
        Table("accounts", ("account",), (), ACCOUNTS),
        Table("exceptions", ("id",), (), EXCEPTIONS),
        Table("vex_statements", ("document", "row"), ("document",), VEX_STATEMENTS),
        Table("vex_removed", ("document", "row", "removed_at"), (), VEX_REMOVED),
        Table("run_feeds", ("run", "feed"), (), RUN_FEEDS),
        Table("matchings", ("run",), (), MATCHINGS),
        Table("matched_images", ("image_digest",), ("image_digest",), MATCHED_IMAGES),
        Table("feed_snapshots", ("feed", "fetched_at"), (), FEED_SNAPSHOTS),
    )
}
