"""Product feeds: formats, fetching and pictures."""
