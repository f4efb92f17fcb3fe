"""A fleet small enough to work out by hand, and what is said of its findings.

`app` lies in two repositories of two accounts; `web` in one, under an index. Each has openssl 1.2 with CVE-2026-1 (also
called GHSA-aaaa) and CVE-2026-2, and lodash 4.0 with CVE-2026-3.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from hullmark.exceptions import Scope, exception_row
from hullmark.lake.store import Lake
from hullmark.versions import key
from tests.lake.rows import digest, rows

NOW = datetime.now(UTC).replace(microsecond=0)
APP, WEB, INDEX = digest("app"), digest("web"), digest("index")
PLACES = (("1.dkr", "team-a/app", APP, "111122223333"),
          ("2.dkr", "team-b/app", APP, "444455556666"), ("1.dkr", "team-a/web", WEB, "111122223333"))  # fmt: skip
PACKAGES = (("deb", "openssl", "1.2", "pkg:deb/debian/openssl@1.2?arch=amd64&distro=debian-12",
             ("CVE-2026-1", "CVE-2026-2")),
            ("npm", "lodash", "4.0", "pkg:npm/lodash@4.0", ("CVE-2026-3",)))  # fmt: skip


def write_fleet(lake: Lake) -> None:
    lake.commit("images", rows("images", *(
        {"registry": registry, "repository": repository, "digest": name, "account": account, "tags": ["1.0"],
            "index_digest": INDEX if name == WEB else "", "pushed_at": NOW}
        for registry, repository, name, account in PLACES
    )))  # fmt: skip
    lake.commit("packages", rows("packages", *(
        {"image_digest": image, "type": kind, "name": name, "version": version, "path": "p", "purl": purl,
            "version_key": key({"deb": "dpkg", "npm": "npm"}[kind], {"4.0": "4.0.0"}.get(version, version))}
        for image in (APP, WEB) for kind, name, version, purl, _ in PACKAGES
    )))  # fmt: skip
    lake.commit("findings", rows("findings", *(
        {"image_digest": image, "package_key": f"{kind}|{name}|{version}||p", "vulnerability": cve, "type": kind,
            "package": name, "version": version, "path": "p", "purl": purl, "fix_state": "fixed", "kev_ransomware": False,
            "aliases": ["GHSA-aaaa"] if cve == "CVE-2026-1" else []}
        for image in (APP, WEB) for kind, name, version, purl, known in PACKAGES for cve in known
    )))  # fmt: skip


def write_exceptions(lake: Lake, *scopes: Scope, ended: bool = False) -> list[str]:
    """Commit exceptions that hold for a month, or whose month has ended yesterday; returns their ids."""
    made = NOW - timedelta(days=31 if ended else 1)
    table = pa.concat_tables([
        exception_row(scope, "known", "ann", "bob", (made, made + timedelta(days=30))) for scope in scopes
    ])  # fmt: skip
    lake.commit("exceptions", table)
    return list(table["id"].to_pylist())


def write_statements(lake: Lake, *said: Mapping[str, object]) -> None:
    """Commit VEX statements; what one does not say is blank."""
    plain: dict[str, object] = {
        "document": digest("d"), "document_id": "doc", "author": "ann", "issued_at": NOW, "at": NOW,
        "status": "not_affected",
        "justification": "component_not_present", "aliases": [], "stem": "", "version": "", "qualifiers": [],
        "image_digest": "",
        "repository": "", "tag": "", "platform": "", "format": "openvex",
        "low_key": None, "high_key": None,
    }  # fmt: skip
    full = [plain | {"row": number} | dict(row) for number, row in enumerate(said)]
    lake.commit("vex_statements", rows("vex_statements", *full))


def marks(lake: Lake, column: str) -> Sequence[str]:
    """The findings where an expression over `current_findings` says something, as "team-a/app 1" for its CVE-2026-1."""
    asked = lake.connect().table("current_findings").project(f"repository || ' ' || vulnerability[10:], {column}")
    return sorted(name for name, said in asked.fetchall() if said)


def count(lake: Lake, relation: str) -> int:
    return len(lake.connect().table(relation))
