"""A Prefect API of its own for the whole test session: ephemeral, offline, in a temporary home."""

from collections.abc import Iterator

import pytest

STARTUP_SECONDS = 300  # on a busy machine it takes more than one minute


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Prefect's client talks to a fresh server while tests run; takes 5 to 13 s once a session."""
    from prefect.settings import (  # noqa: PLC0415  Prefect costs a second, and most tests do without it
        PREFECT_HOME,
        PREFECT_LOCAL_STORAGE_PATH,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415

    home = tmp_path_factory.mktemp("prefect")
    settings = {
        PREFECT_HOME: home,
        PREFECT_LOCAL_STORAGE_PATH: home / "results",
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_SERVER_ANALYTICS_ENABLED: False,
    }
    with temporary_settings(updates=settings), prefect_test_harness(server_startup_timeout=STARTUP_SECONDS):
        yield
