"""`hullmark demo`: the main job on an embedded default, from connecting two accounts to the dashboard."""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from hullmark.commands.ending import ending_well
from hullmark.commands.flow_runs import QUIET, run_flow, summarize
from hullmark.commands.showing import showing
from hullmark.demo.feeds import write_feeds
from hullmark.demo.processes import free_port, require_free, serving
from hullmark.demo.world import World, running
from hullmark.errors import AccessError, NotFound
from hullmark.lake.store import Lake
from hullmark.progress import progress


def demo(state: Path, port: int, *, once: bool) -> None:
    """Do the main job with everything under `state`, and serve the dashboard unless `once`; returns after Ctrl-C.

    Raises UsageError when a port is in use, and what a run raises.
    """
    console = Console()
    if not once:
        require_free(port, "the dashboard")
    state = state.absolute()
    Lake(str(state))  # which refuses a path that no lake can have before anything is written
    os.environ.update(environment(state))
    console.print("\n [bold]Hullmark demo[/]  two accounts, two Regions, all on this machine\n", highlight=False)
    with ending_well(signal.SIGTERM, signal.SIGINT), ExitStack() as stack:
        with showing(lines=True):
            prefect = _prefect(stack, state)
            write_feeds(state / "demo" / "feeds")
            world = stack.enter_context(running(state / "demo"))
            os.environ.update(world.environment())
            _connect(world)
            run = run_flow("scan")
        summarize(run)
        _say_how_to_ask(console, state)
        if not once:
            _serve(console, state, port, world, prefect)


def environment(state: Path) -> Mapping[str, str]:
    """What every process of the demo is told; no AWS profile, proxy or Prefect server of the user leaks in."""
    return {
        **QUIET,
        "PREFECT_HOME": str(state / "prefect"),
        "PREFECT_LOCAL_STORAGE_PATH": str(state / "prefect" / "results"),
        "HULLMARK_LAKE": str(state),
        "HULLMARK_FEEDS": str(state / "demo" / "feeds"),
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _prefect(stack: ExitStack, state: Path) -> str:
    """Start a Prefect server for flows, hub and dashboard; its API's URL."""
    progress().begin("Start Prefect", None)
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    environ = {**os.environ, "PREFECT_UI_ENABLED": "false"}
    environ.pop("PREFECT_API_URL", None)
    stack.enter_context(serving(command, f"{url}/health", state / "logs" / "prefect.log", environ, "the Prefect server"))
    os.environ["PREFECT_API_URL"] = url
    return url


def _connect(world: World) -> None:
    """Deploy the role stacks, and connect both accounts with what the stacks put out, as a platform engineer would."""
    from hullmark.demo.aws.stacks import deploy_customer, deploy_platform
    from hullmark.settings import read_settings
    from hullmark.sources.ecr import Integration
    from tasks import hub

    progress().begin("Deploy role stacks, connect", len(world.accounts))
    os.environ["HULLMARK_PLATFORM_ROLE_ARN"] = deploy_platform(world.aws)
    settings = read_settings()
    for account, regions in world.accounts.items():
        try:
            known = hub.integration(account)
        except NotFound:
            known = None
        external_id = known.external_id if known else hub.new_external_id()
        told = account == min(world.accounts)  # one account lets its settings be read, so that both answers can be seen
        platform = settings.platform_role_arn
        outputs = deploy_customer(world.aws, account, regions[0], platform, external_id, posture=told)
        if known:
            outcome = hub.test(account, settings)
        else:
            values = Integration(account, outputs["RoleArn"], outputs["ExternalId"], regions)
            outcome = hub.add(values, settings)
        bad = [check for check in outcome.checks if not check.ok]
        if bad or not outcome.saved:
            raise AccessError(f"account {account} could not be connected: {bad[0].detail}" if bad else "nothing was saved")
        progress().advance()


def _say_how_to_ask(console: Console, state: Path) -> None:
    shown = state.relative_to(Path.cwd()) if state.is_relative_to(Path.cwd()) else state
    console.print(
        f' Ask it anything: [bold]HULLMARK_LAKE={shown} hullmark query "FROM current_findings LIMIT 5"[/]\n',
        highlight=False,
        soft_wrap=True,  # a line to paste
    )


def _serve(console: Console, state: Path, port: int, world: World, prefect: str) -> None:
    from dashboards.serve import command

    url = f"http://127.0.0.1:{port}"
    arguments = command(port, str(state), aws_endpoint_url=world.aws.url, prefect_api_url=prefect)
    log = state / "logs" / "dashboard.log"
    try:
        with serving(arguments, f"{url}/_stcore/health", log, os.environ, "the dashboard") as server:
            console.print(f" Dashboard: [bold link={url}]{url}[/]   (Ctrl-C ends everything)\n", highlight=False)
            server.wait()
    except KeyboardInterrupt:
        console.print("\n Stopped.", highlight=False)
