"""Version 1 of the HTTP API: a package for each resource."""
