"""A group of commands whose modules are imported when a command is asked for."""

from collections.abc import Callable
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

Loader = Callable[[], Any]
"""Imports a command's module and returns its function, or the `typer.Typer` of a group."""


class LazyGroup(TyperGroup):
    """A group that knows its commands by loaders, in the order of the help text."""

    loaders: ClassVar[dict[str, Loader]]

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands; see click.Group."""
        return list(self.loaders)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, imported now; None if there is no such command; see click.Group."""
        loader = self.loaders.get(cmd_name)
        return None if loader is None else _command(cmd_name, loader())


def _command(name: str, found: Any) -> Any:
    group = found
    if not isinstance(found, typer.Typer):
        group = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        group.command(name)(found)
    command = typer.main.get_command(group)
    command.name = name
    return command
