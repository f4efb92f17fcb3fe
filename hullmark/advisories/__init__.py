"""Advisory feeds: fetched when they have changed, parsed once, kept as Parquet with range keys.

fetch     bytes of a URL, a file or an S3 object, unless they are the ones we have
osv       one OSV record -> rows (pure)
severity  a CVSS vector or a word -> score and severity (pure)
feeds/    one kind of feed a file: where it lies below a base, and how its bytes become rows
loader    the fingerprint of the code that makes rows, which is part of a snapshot's name
store     snapshots on disk, by content; what is current; views for DuckDB
snapshot  sync: fetch, parse, keep, and say what became of each feed
"""
