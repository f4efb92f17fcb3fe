"""Advisories: fetched as immutable snapshots, loaded as Parquet with range keys."""
