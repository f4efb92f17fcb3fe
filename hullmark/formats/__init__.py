"""File formats without domain meaning."""
