"""Hullmark: bytes in, tables out.

    sources -> layers -> catalogers -> inventory -> (advisories) -> matching -> lake -> reports

An image is read once, advisories are loaded once, and findings are a join between the two tables.
The engine imports neither Prefect nor Streamlit; `flows/`, `tasks/` and `dashboards/` are thin shells round it.
"""

__version__ = "0.1.0"
