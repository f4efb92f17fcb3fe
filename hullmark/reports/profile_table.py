"""Where the time of a scan went, for a terminal."""

from rich.console import Console
from rich.text import Text

from hullmark.profile import Profile, Spent
from hullmark.reports.terminal import columns, size


def print_profile(profile: Profile, console: Console) -> None:
    """Print stages and catalogers, the most expensive first; catalogers that read nothing are counted."""
    table = columns("", "seconds", "files", "read", right=("seconds", "files", "read"))
    for name, spent in sorted(profile.stages.items(), key=lambda item: -item[1].seconds):
        table.add_row(Text(name), *_cells(spent))
    for name, spent in sorted(profile.catalogers.items(), key=lambda item: -item[1].seconds):
        table.add_row(Text(f"cataloger {name}"), *_cells(spent))
    console.print(table)
    console.print(Text("Seconds of all threads together; other catalogers read nothing.", style="dim"))


def _cells(spent: Spent) -> tuple[Text, ...]:
    files = f"{spent.files:,}" if spent.files else ""
    return Text(f"{max(spent.seconds, 0.0):.3f}"), Text(files), Text(size(spent.bytes) if spent.bytes else "")
