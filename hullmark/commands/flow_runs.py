"""Running a flow inside a command: Prefect stays quiet, failures stay sentences, and a summary ends it."""

import logging
import os
from collections.abc import Mapping


def quiet_prefect() -> None:
    """Settings that Prefect reads when it is imported: no analytics, no banner, no warnings."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger(EVENTS).setLevel(logging.ERROR)


EVENTS = "EventsWorker"  # a logger outside of Prefect's own, which warns of events that are not sent yet when a flow fails
QUIET: Mapping[str, str] = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_CLI_PROMPT": "false",
}


def run_flow(name: str, accounts: list[str] | None = None, full: bool = False) -> str:
    """The id of the run of a flow by its name; raises what the flow raises."""
    from flows.advisories import advisories
    from flows.nightly import nightly
    from flows.scan import scan

    if name == "scan":
        return scan(accounts)
    return advisories(full) if name == "advisories" else nightly()


def summarize(run: str) -> str:
    """Print the summary of a run and what it could not do; returns its state."""
    from rich.console import Console

    from hullmark.lake.store import Lake
    from hullmark.reports.fleet_summary import fleet_summary
    from hullmark.reports.terminal import plain
    from hullmark.settings import read_settings

    console = Console()
    settings = read_settings()
    connection = Lake(settings.lake).connect(settings.memory_mb)
    console.print(fleet_summary(connection, run))
    state, detail = connection.sql("SELECT state, detail FROM runs WHERE run = $run", params={"run": run}).fetchall()[0]
    if detail:
        console.print(f" {plain(detail, 2000)}", style="yellow", markup=False, highlight=False)
    return str(state)
