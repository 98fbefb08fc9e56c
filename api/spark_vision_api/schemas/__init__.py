"""What goes in and comes out, as the OpenAPI file shows it; a file a noun, like the routes."""
