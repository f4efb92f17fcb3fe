"""How the dashboard is started: one command line for the CLI, the demo, the tests and a person."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hullmark.settings import read_settings

APP = Path(__file__).resolve().parent / "app.py"
HOST = "127.0.0.1"
PORT = 8501
QUIET = {  # nothing is sent to anybody, and no page starts a Prefect server of its own
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}


def command(
    port: int = PORT, lake: str = "", *, host: str = HOST, aws_endpoint_url: str = "", prefect_api_url: str = ""
) -> list[str]:
    """The command line that serves the dashboard at `http://<host>:<port>` until it gets SIGINT or SIGTERM.

    "" leaves a value to the environment of the new process: the lake to HULLMARK_LAKE, AWS to HULLMARK_AWS_ENDPOINT_URL,
    the Integration Hub to PREFECT_API_URL. It stays one process with one id, and is up when `/_stcore/health` says ok.
    """
    said = {
        "port": str(port), "host": host, "lake": lake, "aws-endpoint-url": aws_endpoint_url,
        "prefect-api-url": prefect_api_url,
    }  # fmt: skip
    return [sys.executable, "-m", "dashboards.serve", *(f"--{name}={value}" for name, value in said.items() if value)]


def environment(
    lake: str = "", aws_endpoint_url: str = "", prefect_api_url: str = "", environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment that Streamlit is given: the caller's with these values over it."""
    said = {"HULLMARK_LAKE": lake, "HULLMARK_AWS_ENDPOINT_URL": aws_endpoint_url, "PREFECT_API_URL": prefect_api_url}
    return {**environ, **QUIET, **{name: value for name, value in said.items() if value}}


def streamlit(port: int, host: str) -> list[str]:
    """Streamlit's own command line; look and behaviour come from `.streamlit/config.toml` beside the script."""
    flags = {
        "server.port": str(port), "server.address": host, "browser.serverAddress": host, "browser.serverPort": str(port),
    }  # fmt: skip
    return [sys.executable, "-m", "streamlit", "run", str(APP), *(f"--{name}={value}" for name, value in flags.items())]


def main(arguments: Sequence[str] | None = None) -> None:
    """Become the Streamlit server; never returns."""
    parser = argparse.ArgumentParser("python -m dashboards.serve", description="Serve the Hullmark dashboard.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default=HOST, help="an address of this machine; 0.0.0.0 lets everybody in the network in")
    parser.add_argument("--lake", default="", help="a folder or an s3:// URL")
    parser.add_argument("--aws-endpoint-url", default="", help="an AWS stand-in")
    parser.add_argument("--prefect-api-url", default="", help="where the integrations are kept")
    said = parser.parse_args(arguments)
    environ = environment(said.lake or read_settings().lake, said.aws_endpoint_url, said.prefect_api_url)
    os.execve(sys.executable, streamlit(said.port, said.host), environ)  # noqa: S606  # our own interpreter, no shell


if __name__ == "__main__":
    main()
