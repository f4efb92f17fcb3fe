"""One rule a `.sql` file: a header, and the failing rows (subject, evidence)."""
