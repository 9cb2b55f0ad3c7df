"""docs/settings.md against the settings, docs/cli.md against the command."""

import re

import click
import pytest

from pages import DOCS, page, quoted, rows, section
from portico.cli.main import main
from portico.settings import Settings

COMMANDS = list(main.list_commands(click.Context(main)))
SHARED = {"--endpoint", "--data", "--region"}


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def options(name: str) -> set[str]:
    return {
        option
        for parameter in command(name).params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    } - {"-h", "--help"}


def comments() -> dict[str, str]:
    """The comment above each setting."""
    source = (DOCS.parent / "src/portico/settings.py").read_text()
    found = re.findall(r"((?:^    # .+\n)+)    (\w+): ", source, re.M)
    return {name: " ".join(line.strip()[2:] for line in text.splitlines()) for text, name in found}


def shown(default: object) -> str:
    return {"": "(empty)", "False": "no"}.get(str(default), f"`{default}`")


def test_every_setting_with_its_default_and_meaning() -> None:
    meanings = comments()
    wanted = [
        [
            f"`{name}`",
            f"`--{name.replace('_', '-')}`",
            f"`PORTICO_{name.upper()}`",
            shown(getattr(Settings(), name)),
            meanings[name],
        ]
        for name in Settings.__struct_fields__
    ]
    assert rows(page("settings.md"), "setting") == wanted


def test_every_setting_is_an_option_of_start() -> None:
    assert options("start") == {f"--{name.replace('_', '-')}" for name in Settings.__struct_fields__} | {
        "--config"
    }


def test_every_subcommand_has_its_section_in_order() -> None:
    assert re.findall(r"^## (\w+)$", page("cli.md"), re.M) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_subcommand(name: str) -> None:
    told = {
        word
        for each in quoted(section("cli.md", name))
        for word in re.findall(r"(?<!\S)--?[a-z][a-z-]*", each)
    }
    shared = set() if name in ("start", "restore") else SHARED
    assert options(name) - shared <= told
    others = {"--tls", "--data"}  # mentioned in passing
    assert told <= options(name) | others


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("start", "restore")])
def test_the_options_that_all_share(name: str) -> None:
    told = {quoted(first)[0].split()[0] for first, _ in rows(page("cli.md"), "option")}
    assert told == SHARED
    assert options(name) >= SHARED
