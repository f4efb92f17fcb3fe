"""Views that `Lake.connect` adds to those of the tables; one relation a file."""
