"""Queries that dashboards and exports share, and report formats."""
