"""The report of a scanned image for a terminal of 80 columns; it shows the same document that `--format json` writes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hullmark.reports.packages_table import Line, packages_table
from hullmark.reports.removed_table import layer_index, removed_packages
from hullmark.reports.scan_report import Report
from hullmark.reports.settled import SETTLING, is_settled
from hullmark.reports.terminal import age, columns, counted, plain, severity_bar, severity_counts, severity_text
from hullmark.uncompared import VEX, unread

EACH = 5  # findings shown of one package
PACKAGES = 40  # packages shown
PROBLEMS = 8
BAR = 60
UNLISTED = frozenset({"setuid", "setgid", "world-writable", "package-cache", "more-secrets"})  # kinds that are only counted
WIDTHS = (21, 10, 5, 3, None)  # id, severity, EPSS, KEV, fixed version
ALIGNED = 72  # columns from which on these leave room for a fixed version
SYSTEM_PACKAGES = ("pkg:deb/", "pkg:apk/", "pkg:rpm/")  # their path is the package database, which tells nobody anything

ORIGINS = {
    "binary": "told by the content of programs", "lock": "only asked for in lock files",
    "sbom": "only named by bills of materials in the image",
}  # fmt: skip
LABELS = {"binary": "program", "lock": "lock file", "sbom": "bill of materials"}

Finding = dict[str, Any]


def print_scan(reports: Iterable[Report], console: Console, *, removed: bool = False, listed: bool = False) -> None:
    """Print one or more reports, a blank line between them; `removed` lists what later layers removed, too.

    `listed` says that nobody asked for advisories: every package is shown, and nothing is said of findings.
    """
    for report in reports:
        for part in _parts(report, removed, listed):
            if isinstance(part, Line):
                console.print(part, soft_wrap=True)
            else:
                console.print(Padding(part, (0, 1)))


def _parts(report: Any, removed: bool, listed: bool) -> Iterator[RenderableType]:  # noqa: ANN401  # a parsed JSON document
    yield ""
    yield _header(report, "not asked" if listed else _feeds(report["feeds"]))
    yield ""
    findings: list[Finding] = [finding for finding in report["findings"] if not is_settled(finding)]
    if listed:
        yield from packages_table(report)
        yield ""
    else:
        yield from _compared(report, findings)
    yield from _not_installed(report)
    if report["removed_packages"]:
        yield from removed_packages(report) if removed else [_removed_in_a_line(report)]
        yield ""
    if report["exposures"]:
        yield from _exposures(report["exposures"], layer_index(report))
        yield ""
    if report["problems"]:
        yield from _problems(report["problems"])
        yield ""
    if findings:
        yield _next_steps(report, findings)


def _compared(report: Any, findings: list[Finding]) -> Iterator[RenderableType]:  # noqa: ANN401
    """What comparing with advisories came to, and what it left out."""
    if findings:
        yield from _overview(findings)
        yield ""
        yield from _findings(report, findings)
        yield from _legend(findings)
    else:
        yield _nothing_found(report)
        yield ""
    if settled := [finding for finding in report["findings"] if is_settled(finding)]:
        yield from _settled(settled)
        yield ""
    for sentence in _not_compared(report):
        yield Text(sentence, style="yellow")
        yield ""


def _header(report: Any, advisories: str) -> Table:  # noqa: ANN401
    image, packages = report["image"], report["packages"]
    types = ", ".join(
        f"{plain(kind)} {count:,}" for kind, count in Counter(item["type"] for item in packages).most_common(4)
    )
    system = f"{image['os']['id'] or 'no known operating system'} {image['os']['version']}".strip()
    table = columns("", "")
    table.add_row(Text("Image", style="dim"), Text(plain(image["reference"]), style="bold"))
    table.add_row(Text("Digest", style="dim"), Text(f"{image['digest'][:23]}…", style="dim"))
    table.add_row(Text("System", style="dim"), Text(f"{plain(system)} · {plain(image['platform'])}"))
    contents = f"{counted(len(image['layers']), 'layer')} · {counted(len(packages), 'package')}"
    table.add_row(Text("Contents", style="dim"), Text(f"{contents} ({types})" if types else contents))
    table.add_row(Text("Advisories", style="dim"), Text(advisories))
    return table


def _feeds(feeds: list[dict[str, Any]]) -> str:
    if not any(feed["snapshot"] for feed in feeds):
        return "none"
    return ", ".join(f"{plain(feed['feed'])} {age(feed['age_hours'])}" for feed in feeds)


def _nothing_found(report: Any) -> Text:  # noqa: ANN401
    if not report["packages"]:
        return Text("No packages were found, so there is nothing to compare with advisories.", style="yellow")
    compared = sum(not _obstacle(report, item) for item in report["packages"])
    if not compared:
        return Text("Nothing could be compared with advisories, so nothing is known of vulnerabilities.", style="yellow")
    return Text(f"✓ No known vulnerabilities in {counted(compared, 'package')}.", style="bold green")


def _not_compared(report: Any) -> Iterator[str]:  # noqa: ANN401
    """A sentence for each reason that kept packages from being compared."""
    obstacles = Counter(_obstacle(report, item) for item in report["packages"] if not item["owner"])
    for obstacle, count in sorted(obstacles.items()):
        if obstacle:
            yield f"{counted(count, 'package')} could not be compared: {obstacle}"


def _not_installed(report: Any) -> Iterator[RenderableType]:  # noqa: ANN401
    """What speaks for packages that no package manager has on record, and whom others answer for."""
    origins = Counter(item["origin"] for item in report["packages"])
    owned = sum(bool(item["owner"]) for item in report["packages"])
    told = [f"{count:,} {words}" for origin, words in ORIGINS.items() if (count := origins[origin])]
    if owned:
        told.append(f"{owned:,} in files of system packages, judged with these")
    if told:
        yield Text(f"Of the packages, {'; '.join(told)}.", style="dim")
        yield ""


def _removed_in_a_line(report: Any) -> Text:  # noqa: ANN401
    count = counted(len(report["removed_packages"]), "package")
    return Text(f"Lower layers still ship {count} that later ones removed or replaced: --removed", style="dim")


def _obstacle(report: Any, package: Any) -> str:  # noqa: ANN401
    """Why a package was compared with nothing; "" when it was compared."""
    ecosystem = package["ecosystem"].partition(":")[0]
    if not ecosystem:
        return "no advisories speak of their system"
    loaded = any(feed["feed"] == f"osv/{ecosystem}" and feed["snapshot"] for feed in report["feeds"])
    return "" if loaded else f"the advisories for {plain(ecosystem)} could not be loaded"


def _overview(findings: list[Finding]) -> Iterator[RenderableType]:
    counts = Counter(finding["severity"] for finding in findings)
    yield Text.assemble((counted(len(findings), "finding"), "bold"), "  ", severity_counts(counts))
    yield severity_bar(counts, BAR)
    exploited = len({finding["id"] for finding in findings if finding["kev"]})
    if exploited:
        yield Text(f"{counted(exploited, 'vulnerability')} known to be exploited", style="bold red")


def _findings(report: Any, findings: list[Finding]) -> Iterator[RenderableType]:  # noqa: ANN401
    index = layer_index(report)
    known = {_place(item): item for item in report["packages"]}
    groups = _by_package(findings)
    for group in groups[:PACKAGES]:
        yield _heading(group[0], index, known.get(_place(group[0]), {}))
        yield _group_table(group)
    if len(groups) > PACKAGES:
        rest = sum(len(group) for group in groups[PACKAGES:])
        yield Text(f"and {counted(len(groups) - PACKAGES, 'package')} with {counted(rest, 'finding')}", style="dim")


def _legend(findings: list[Finding]) -> Iterator[RenderableType]:
    """What stands beside findings without a name of its own."""
    words = []
    if any(finding["epss"] is not None for finding in findings):
        words.append("%: how likely it is to be exploited within 30 days (EPSS)")
    if any(finding["kev"] for finding in findings):
        words.append("KEV: known to CISA to be exploited")
    if words:
        yield Text("; ".join(words), style="dim")
        yield ""


def _settled(findings: list[Finding]) -> Iterator[RenderableType]:
    yield Text(f"{counted(len(findings), 'finding')} settled, not counted above", style="bold")
    table = columns("", "", "")
    for finding in findings[:PACKAGES]:
        table.add_row(plain(finding["id"], 40), plain(finding["package"], 40), plain(_why_settled(finding), 120))
    yield Padding(table, (0, 0, 0, 2))


def _why_settled(finding: Finding) -> str:
    if finding["vex"] and finding["vex"]["status"] in SETTLING:
        vex = finding["vex"]
        words = f"{vex['status']}: {vex['justification']}" if vex["justification"] else vex["status"]
        return f"{words} ({vex['author']})"
    said = finding["exception"]
    return f"excepted until {said['until']}: {said['reason']} ({said['owner']})"


def _by_package(findings: list[Finding]) -> list[list[Finding]]:
    """Findings of one package and place together; groups stand where their worst finding stands."""
    place = {_package(finding): number for number, finding in reversed(list(enumerate(findings)))}
    return [list(group) for _, group in groupby(sorted(findings, key=lambda item: place[_package(item)]), key=_package)]


def _package(finding: Finding) -> tuple[str, str, str, str]:
    return finding["purl"] or "", finding["package"], finding["version"], finding["path"]


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["purl"] or "", item["path"]


def _heading(finding: Finding, index: dict[str, int], package: Mapping[str, Any]) -> Text:
    heading = Text(plain(finding["package"], 80), style="bold", no_wrap=True, overflow="ellipsis")
    place = "" if (finding["purl"] or "").startswith(SYSTEM_PACKAGES) else f" · {plain(finding['path'])}"
    heading.append(f" {plain(finding['version'], 80)}", style="not bold")
    label = f" · {LABELS[package['origin']]}" if package.get("origin") in LABELS else ""
    before = f" (before: {plain(package['upgraded_from'], 40)})" if package.get("upgraded_from") else ""
    return heading.append(f" · layer {index.get(finding['layer'], '?')}{before}{label}{place}", style="not bold dim")


def _group_table(group: list[Finding]) -> Padding:
    rest = Counter(item["severity"] for item in group[EACH:])
    more = Text.assemble(("+ ", "dim"), severity_counts(rest)) if rest else Text("")
    return Padding(Group(_Rows(group[:EACH]), more), (0, 0, 0 if not rest else 1, 2))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Findings of one package: in the columns of all others where there is room, else as narrow as they are."""

    findings: list[Finding]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        table = columns("", "", "", "", "", right=())
        if options.max_width >= ALIGNED:
            for column, width in zip(table.columns, WIDTHS, strict=True):
                column.width = width
        table.columns[2].justify = "right"
        for finding in self.findings:
            table.add_row(*_cells(finding))
        yield table


def _cells(finding: Finding) -> tuple[Text, ...]:
    likelihood = "" if finding["epss"] is None else f"{100 * finding['epss']:.0f} %"
    fixed = (
        Text(f"→\u00a0{plain(finding['fixed_version'], 60)}") if finding["fixed_version"] else Text("no fix", style="dim")
    )
    return (
        Text(plain(finding["id"], 40)),
        severity_text(finding["severity"]),
        Text(likelihood, style="dim"),
        Text("KEV" if finding["kev"] else "", style="bold red"),
        fixed,
    )


def _exposures(exposures: list[dict[str, Any]], index: Mapping[str, int]) -> Iterator[RenderableType]:
    """Secrets one by one, the rest as counts."""
    secrets = [item for item in exposures if item["kind"] not in UNLISTED and not item["kind"].startswith("example-")]
    counts = Counter(item["kind"] for item in exposures if item not in secrets)
    if secrets:
        yield Text(f"{counted(len(secrets), 'secret')}: whoever pulls the image has them; change them", style="bold red")
        table = columns("", "", "")
        for item in secrets[:PROBLEMS]:
            kind, path = Text(plain(item["kind"]), style="red"), Text(plain(item["path"], 90))
            gone = item["removed_layer"]
            still = f"; of layer {index.get(item['layer'], '?')}, removed by layer {index.get(gone, '?')}: still shipped"
            table.add_row(kind, path, Text(f"{plain(item['evidence'], 80)}{still if gone else ''}", style="dim"))
        if len(secrets) > PROBLEMS:
            table.add_row("", Text(f"and {len(secrets) - PROBLEMS:,} more", style="dim"))
        yield table
    if counts:
        told = ", ".join(f"{plain(kind)} {count:,}" for kind, count in sorted(counts.items()))
        yield Text(f"Also exposed: {told} (--format json lists them)", style="dim")


def _problems(problems: list[dict[str, Any]]) -> Iterator[RenderableType]:
    yield Text(f"{counted(len(problems), 'problem')}: {_told_of(problems)}", style="bold yellow")
    table = columns("", "", "")
    for problem in problems[:PROBLEMS]:
        table.add_row(
            Text(plain(problem["path"], 120)), Text(plain(problem["cataloger"]), style="dim"), Text(plain(problem["reason"]))
        )
    if len(problems) > PROBLEMS:
        table.add_row(Text(f"and {len(problems) - PROBLEMS:,} more", style="dim"))
    yield table


def _told_of(problems: list[dict[str, Any]]) -> str:
    """What problems mean for the report."""
    if unread(problems):
        return "the report is not complete"
    kinds = {problem["cataloger"] == VEX for problem in problems}
    if kinds == {True}:
        return "all of the image was read, but not all VEX that lies with it is used"
    if kinds == {False}:
        return "all was read, but not all can be compared with ranges"
    return "all of the image was read, but not all can be compared with ranges, and not all VEX that lies with it is used"


def _next_steps(report: Any, findings: list[Finding]) -> Text:  # noqa: ANN401
    fixable = [finding for finding in findings if finding["fixed_version"]]
    if not fixable:
        return Text("Next: no update fixes any of these yet; scan again after `hullmark feeds sync`.", style="dim")
    index = layer_index(report)
    layer, count = Counter(index.get(finding["layer"], "?") for finding in fixable).most_common(1)[0]
    made = next((plain(item["created_by"], 60) for item in report["image"]["layers"] if item["index"] == layer), "")
    packages = counted(len({_package(finding) for finding in fixable}), "package")
    ends = f"Next: updating {packages} ends {len(fixable):,} of {counted(len(findings), 'finding')}"
    came = f"{count:,} of them came with layer {layer}{f' ({made})' if made else ''}"
    return Text(f"{ends}; {came}. Every detail: --format json", style="dim")
