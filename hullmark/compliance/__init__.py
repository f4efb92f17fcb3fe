"""Rules and frameworks over the lake: what passes, of how many, what to do. A rule is a `.sql` file, a framework data."""
