"""What tables must say together: a file a relation, with title and level; its rows are what breaks it."""
