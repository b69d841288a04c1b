"""What is there is told: each command has help and a line in the README, each setting its meaning."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from s2m import __version__
from s2m.cli import cli
from s2m.config import Config

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"

pytestmark = pytest.mark.skipif(not README.exists(), reason="the README stays with the source")


def commands(group, prefix="s2m"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


COMMANDS = dict(commands(cli))


def table(head):
    """The first cell of each row of the README's table under that heading."""
    section = README.read_text().partition(f"## {head}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


def test_the_contracts_commands_are_all_there():
    assert set(COMMANDS) >= {
        "s2m init", "s2m run", "s2m demo", "s2m worker", "s2m doctor", "s2m login-link", "s2m badge", "s2m kiosk pair",
        "s2m kiosk token", "s2m ledger verify", "s2m ledger export", "s2m people import", "s2m people export", "s2m backup",
        "s2m restore", "s2m cert",
    }  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(name):
    command = COMMANDS[name]
    assert command.help and command.get_short_help_str().rstrip(".")
    silent = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert silent == []


def test_the_readme_has_a_line_for_each_command_and_for_no_other():
    told = {re.sub(r" \[?[A-Z]+\]?$", "", line) for line in table("Commands")}
    assert told == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_options_the_readme_names_for_a_command_are_its_own(name):
    [line] = [row for row in README.read_text().splitlines() if re.match(rf"\| `{name}( \[?[A-Z]+\]?)?` \|", row)]
    own = {option for p in COMMANDS[name].params for option in p.opts}
    assert set(re.findall(r"--[a-z-]+", line)) <= own


def test_the_readme_has_a_line_for_each_setting_and_for_no_other():
    assert table("Settings") == [field.name for field in fields(Config)]


def test_each_setting_is_told_where_it_stands():
    assert all(re.search(rf"\b{field.name}\b", Config.__doc__) for field in fields(Config))


def test_the_changelog_begins_with_this_version():
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == __version__


def test_what_the_readme_links_to_is_there_and_small():
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", README.read_text())
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []
    assert all((ROOT / t).stat().st_size <= 200_000 for t in targets)
