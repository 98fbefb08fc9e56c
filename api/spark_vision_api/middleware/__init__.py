"""What surrounds every request, as plain ASGI: no copy of a body, no task of its own."""
