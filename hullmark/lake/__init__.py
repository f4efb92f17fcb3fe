"""The lake: Delta tables of everything that was read and found, and the immutable Parquet objects beside them."""
