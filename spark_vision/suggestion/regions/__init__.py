"""Where in a photo things may be: windows, what tells a thing from its surroundings, and their choice."""
