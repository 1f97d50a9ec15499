"""Groups of commands that are imported on use, so that --help stays fast."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Group that imports a command when it, or the help, is asked for.

    Parameters
    ----------
    modules
        Subcommand -> module of `sinkcalc.cli` that holds it as `command`, or `module:name`; in
        the order of the work.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the work."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self._modules:
            return None
        module, _, name = self._modules[cmd_name].partition(":")
        loaded = importlib.import_module(f"sinkcalc.cli.{module}")
        command: click.Command = getattr(loaded, name or "command")
        return command
