"""The `portico` command. Each subcommand is a module of its own, imported when it is used, so that the command starts fast."""

import importlib
from typing import ClassVar

import click

from portico import __version__


class Lazy(click.Group):
    """Subcommands by name: module in `portico.cli` and the one line that the list of commands shows."""

    modules: ClassVar[dict[str, tuple[str, str]]] = {
        "start": ("start", "Start the server."),
        "deploy": ("deploy", "Zip a folder and create or update a function from it."),
        "invoke": ("invoke", "Call a function."),
        "logs": ("logs", "Show what a function has logged."),
        "env": ("env", "Print the exports that point AWS tools at Portico."),
        "doors": ("doors", "List every way to a function, and who may use each."),
        "explain": ("explain", "Say why a call was allowed or refused."),
        "budget": ("budget", "Say how much a function or an account may be invoked."),
        "cognito": ("cognito", "Make a user of a user pool."),
        "clock": ("clock", "Show Portico's own time, or jump ahead (development mode)."),
        "reset": ("reset", "Forget everything (development mode)."),
        "doctor": ("doctor", "Say what this machine gives and what is missing."),
        "backup": ("backup", "Copy a data directory into a file, while the server runs."),
        "restore": ("restore", "Make a data directory from a backup."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The subcommands in the order of the table."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand."""
        if cmd_name not in self.modules:
            return None
        module = importlib.import_module(f"portico.cli.{self.modules[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.modules.items()])


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portico")
def main() -> None:
    """AWS Lambda, and every way there is to call it, on your own machines."""
