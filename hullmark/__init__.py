"""Hullmark: bytes in, tables out.

    sources -> layers -> catalogers -> inventory -> (advisories) -> matching -> lake -> reports

An image is read once, advisories are loaded once, and findings are a join between the two tables.
The engine imports neither Prefect nor Streamlit; `flows/`, `tasks/` and `dashboards/` are thin shells round it.
"""

import os

# Arrow reads it when it is loaded: docs/decisions/0039-arrows-memory.md
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

__version__ = "0.1.0"
