"""How the dashboard is started: one command line and one environment for the CLI, the demo and the tests."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

APP = Path(__file__).resolve().parent / "app.py"
HOST = "127.0.0.1"
PORT = 8501


def command(port: int = PORT, host: str = HOST) -> list[str]:
    """The command line that serves the dashboard at `http://<host>:<port>` until it is ended.

    Look and behaviour come from `dashboards/.streamlit/config.toml`, which Streamlit finds beside the script.
    """
    flags = {"server.port": str(port), "server.address": host, "browser.serverAddress": host, "browser.serverPort": str(port)}
    return [sys.executable, "-m", "streamlit", "run", str(APP), *(f"--{name}={value}" for name, value in flags.items())]


def environment(lake: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for `command`: the caller's, with the address of the lake and nothing sent to anybody."""
    return {**environ, "HULLMARK_LAKE": lake, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
