"""The command line: parse, call, print. What is done is decided elsewhere."""

from spark_vision.cli.app import main

__all__ = ["main"]
