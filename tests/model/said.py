"""What somebody says of findings, at random: exceptions and VEX in the lake, and which findings they settle, plainly."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pyarrow as pa
from packageurl import PackageURL

from hullmark.exceptions import Scope, exception_row, revoked
from hullmark.lake.schema import EXCEPTIONS, VEX_STATEMENTS
from hullmark.lake.store import Lake
from hullmark.vex.read import read_vex
from tests.model.fleet import ACCOUNT, REGISTRY
from tests.model.images import Row
from tests.model.judge import Finding
from tests.model.records import PLACES

STATUSES = ("not_affected", "fixed", "affected", "under_investigation")
GLOBS = ("team-a/*", "team-b/app", "*", f"{REGISTRY}/team-a/web")


@dataclass(frozen=True, slots=True)
class Spot:
    """A finding in a place where its image lies."""

    repository: str
    tags: frozenset[str]
    digest: str
    row: Row  # the package, as in `packages`
    vulnerability: str
    finding: Finding
    names: frozenset[str]  # of the vulnerability, as anything in the fleet has it

    @property
    def places(self) -> tuple[str, str]:
        return self.repository, f"{REGISTRY}/{self.repository}"

    @property
    def called(self) -> set[str]:
        return {self.vulnerability, *self.finding.aliases}


@dataclass(frozen=True, slots=True)
class Accepted:
    """An exception as it is kept; it ends by itself or is revoked."""

    name: str
    scope: Scope
    ends: datetime
    revoked: bool = False

    def covers(self, spot: Spot) -> bool:
        scope, row = self.scope, spot.row
        return (
            scope.vulnerability in {"", *spot.names}
            and scope.package in {"", f"{row['type']}/{row['name']}"}
            and (not scope.versions or self._is_within(row))
            and (not scope.repository or any(fnmatchcase(name, scope.repository) for name in spot.places))
            and scope.account in {"", ACCOUNT}
            and scope.image_digest in {"", spot.digest}
        )  # fmt: skip

    def _is_within(self, row: Row) -> bool:
        sign = self.scope.versions.rstrip("0123456789abcdefghijklmnopqrstuvwxyz.:+~-")
        order = PLACES[row["ecosystem"]].order
        try:
            at, stated = order(row["advisory_version"]), order(self.scope.versions.removeprefix(sign))
        except ValueError:
            return False
        return bool({"<": at < stated, "<=": at <= stated, ">=": at >= stated, "": at == stated}[sign])


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a VEX document about one product; a blank fits anything."""

    vulnerability: str
    status: str
    at: datetime
    row: int
    purl: str = ""
    digest: str = ""
    repository: str = ""
    tag: str = ""

    def fits(self, spot: Spot) -> bool:
        return (
            self.vulnerability in spot.called
            and (not self.purl or _fits(PackageURL.from_string(self.purl), PackageURL.from_string(spot.row["purl"])))
            and self.digest in {"", spot.digest}
            and self.repository in {"", spot.repository}
            and (not self.tag or self.tag in spot.tags)
        )

    @property
    def products(self) -> list[dict[str, object]]:
        """As OpenVEX names the product."""
        if self.digest or self.repository:
            name = f"pkg:oci/{(self.repository or 'x').rpartition('/')[2]}"
            name += f"@{self.digest.replace(':', '%3A')}" if self.digest else ""
            name += (
                f"?repository_url={REGISTRY}/{self.repository}{f'&tag={self.tag}' if self.tag else ''}"
                if self.repository
                else ""
            )
            return [{"@id": name, **({"subcomponents": [{"@id": self.purl}]} if self.purl else {})}]
        return [{"@id": self.purl}]


def _fits(stated: PackageURL, purl: PackageURL) -> bool:
    """All that a source says: version and qualifiers where they are stated; `arch=source` is about what is built from it."""
    said, own = dict(stated.qualifiers), dict(purl.qualifiers)
    name = purl.name
    if said.get("arch") in {"src", "source"}:
        name, own = (
            own.get("upstream", name),
            {name_: value for name_, value in own.items() if name_ not in {"arch", "upstream"}},
        )
        said.pop("arch")
    return (
        (stated.type, stated.namespace, stated.name) == (purl.type, purl.namespace, name)
        and stated.version in {None, purl.version}
        and said.items() <= own.items()
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One issue of a VEX document, by its author and id; `name` is that under which the lake keeps it."""

    name: str
    author: str
    document_id: str
    issued: datetime
    statements: tuple[Statement, ...]


@dataclass(slots=True)
class Said:
    """Everything that was said, in the lake and here."""

    rng: random.Random
    lake: Lake
    accepted: list[Accepted] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    made: int = 0

    def accept(self, spots: list[Spot]) -> None:
        """An exception of some part of what one finding is."""
        if not spots:
            return
        spot, rng = self.rng.choice(spots), self.rng
        package = rng.choice(["", f"{spot.row['type']}/{spot.row['name']}"])
        scope = Scope(
            rng.choice(["", *sorted(spot.called)]), "", package,
            f"{rng.choice(['<', '<=', '>=', ''])}{spot.row['advisory_version']}"
            if package and rng.random() < 0.4 and spot.row["version_key"] else "",
            rng.choice(["", "", *GLOBS]), rng.choice(["", ACCOUNT]), rng.choice(["", "", spot.digest]),
        )  # fmt: skip
        if scope.repository == "*" and not (scope.vulnerability or package):
            return
        if scope == Scope():
            return
        now = datetime.now(UTC)
        self.made += 1
        ends = (now + timedelta(days=10 + self.made)).replace(microsecond=0)
        table = exception_row(scope, "known", "ann", "bob", (now, ends))
        self.lake.commit("exceptions", table)
        self.accepted.append(Accepted(table["id"][0].as_py(), scope, ends))

    def end(self) -> None:
        """An exception ends, by itself or since it is revoked."""
        active = [number for number, one in enumerate(self.accepted) if one.ends > datetime.now(UTC) and not one.revoked]
        if not active:
            return
        number, now = self.rng.choice(active), datetime.now(UTC)
        one = self.accepted[number]
        rows = self.lake.rows("exceptions", EXCEPTIONS.names)
        if self.rng.random() < 0.5:
            self.lake.commit("exceptions", revoked(rows, one.name, "eve", now))
            self.accepted[number] = replace(one, revoked=True)
            return
        index = rows["id"].to_pylist().index(one.name)
        row = rows.slice(index, 1)
        ended = row.set_column(row.column_names.index("expires_at"), "expires_at", [[now - timedelta(seconds=1)]])
        made = ended.set_column(row.column_names.index("created_at"), "created_at", [[now - timedelta(seconds=9)]])
        self.lake.commit("exceptions", made)
        self.accepted[number] = replace(one, ends=now - timedelta(seconds=1))

    def state(self, spots: list[Spot]) -> None:
        """A VEX document, or a newer issue of one, with statements about parts of what findings are."""
        if not spots:
            return
        self.made += 1
        issued = (datetime.now(UTC) - timedelta(hours=5) + timedelta(seconds=self.made)).replace(microsecond=0)
        author, name = self.rng.choice(["ann", "bob"]), f"https://acme.example/vex/{self.rng.randint(1, 3)}"
        said = tuple(self._statement(self.rng.choice(spots), issued, row) for row in range(self.rng.randint(1, 3)))
        document = {
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": name, "author": author, "timestamp": issued.isoformat(),
            "version": 1, "statements": [
                {"vulnerability": {"name": one.vulnerability}, "status": one.status, "products": one.products,
                 "timestamp": one.at.isoformat(), "justification": "component_not_present"} for one in said
            ],
        }  # fmt: skip
        vex = read_vex(json.dumps(document).encode(), "file", "bob", datetime.now(UTC))
        assert not vex.refused, vex.refused
        self.lake.commit("vex_statements", vex.statements)
        self.documents.append(Document(vex.document, author, name, issued, said))

    def _statement(self, spot: Spot, issued: datetime, row: int) -> Statement:
        rng = self.rng
        purl = PackageURL.from_string(spot.row["purl"])
        own = dict(purl.qualifiers)
        system = {"distro": own["distro"]} if "distro" in own else {}
        source = PackageURL(
            purl.type, purl.namespace, own.get("upstream", purl.name), None,
            {"arch": "src" if purl.type == "rpm" else "source"},
        )  # fmt: skip
        ways = [purl, PackageURL(purl.type, purl.namespace, purl.name, None, system), PackageURL(*purl[:3])]
        ways += [source] if system else []
        written = rng.choice([*(way.to_string() for way in ways), ""])
        place = rng.choice(["digest", "repository", "tag", "both", "", "", ""]) or ("" if written else "digest")
        return Statement(
            rng.choice(sorted(spot.called)), rng.choice(STATUSES), issued - timedelta(minutes=rng.randint(0, 3)), row,
            written, spot.digest if place in {"digest", "both"} else "",
            spot.repository if place in {"repository", "tag", "both"} else "", min(spot.tags) if place == "tag" else "",
        )  # fmt: skip

    def remove(self) -> None:
        """An issue of a document is taken out."""
        if self.documents:
            document = self.documents.pop(self.rng.randrange(len(self.documents)))
            scope = pa.table({"document": [document.name]})
            self.lake.replace_scope("vex_statements", scope, VEX_STATEMENTS.empty_table())

    # -- plainly

    def standing(self, spot: Spot) -> tuple[str, str, bool]:
        """(the exception that holds, the status that counts, whether it is settled) in one place."""
        now = datetime.now(UTC)
        holding = [one for one in self.accepted if not one.revoked and one.ends > now and one.covers(spot)]
        exempt = max(holding, key=lambda one: (one.ends, one.name)).name if holding else ""
        fitting = [
            (one.at, document.issued, -ord(document.name[7]), -one.row, document.name, one.status)
            for document in self.newest() for one in document.statements if one.fits(spot)
        ]  # fmt: skip
        status = max(fitting)[5] if fitting else ""
        return exempt, status, bool(exempt) or status in {"not_affected", "fixed"}

    def newest(self) -> Iterable[Document]:
        """The newest issue of each document."""
        for document in self.documents:
            same = [
                one for one in self.documents if (one.author, one.document_id) == (document.author, document.document_id)
            ]
            if document.issued == max(one.issued for one in same):
                yield document
