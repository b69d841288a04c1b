"""The operator's commands.

base.py      the instance, refusals, exit codes      set_up.py   init, cert, doctor
serve.py     run, demo, worker                       people.py   login-link, badge, people
kiosk.py     kiosk                                   ledger.py   ledger       copies.py   backup, restore
passport.py  passport                             topics.py    topics
"""

from __future__ import annotations

import click

from s2m import __version__
from s2m.cli import copies, kiosk, ledger, passport, people, serve, set_up, topics
from s2m.cli.base import Group, Place, instance_option


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="s2m %(version)s")
@click.option("--verbose", is_flag=True, help="Say more: requests in the log, a traceback when something breaks.")
@click.pass_context
def cli(ctx: click.Context, verbose: bool) -> None:
    """Check-in kiosk and social-capital ledger for places with free seats."""
    ctx.ensure_object(Place).verbose = verbose


cli.params.append(instance_option())
for command in (
    set_up.init, serve.run, serve.demo, serve.worker, set_up.doctor, people.login_link, people.badge, kiosk.kiosk,
    ledger.ledger, passport.passport, people.people, copies.backup, copies.restore, set_up.cert,
    topics.topics,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    cli(prog_name="s2m")
