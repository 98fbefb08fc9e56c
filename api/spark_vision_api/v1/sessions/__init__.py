"""Sessions of browsers, listed and ended by their owner."""
