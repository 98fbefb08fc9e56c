"""The tables' history: a revision a file in `versions/`, applied by `storage.migrate`."""
