"""The files of an evidence bundle: `<name>.sql` gives the rows of `<name>.csv`, at $moment, in a fixed order."""
