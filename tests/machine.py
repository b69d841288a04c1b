"""What the tests use of the machine: Chromium, PostgreSQL's server programs and hledger. Standard library only.

As a program (dev.py test runs it): install what is missing with Debian's packages, where that can be done.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def chromium():
    """Path of the browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def postgresql():
    """Folder of the newest PostgreSQL's server programs, or None: Debian keeps them out of the PATH."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def hledger():
    """Path of the program that checks the books we export, or None."""
    return shutil.which("hledger")


def missing():
    names = [] if chromium() else ["chromium", "fonts-liberation"]
    return names + ([] if postgresql() else ["postgresql"]) + ([] if hledger() else ["hledger"])


def say(text):
    print(text, file=sys.stderr, flush=True)


def apt(*arguments):
    """Whether apt-get succeeded; if not, say why. The packages' own talk is of no interest."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *arguments], env=env, capture_output=True, text=True)
    if done.returncode:
        say(done.stderr[-2000:])
    return done.returncode == 0


def install(names):
    say(f"installing Debian's {', '.join(names)} for the tests (a minute or two) …")
    apt("update")
    # The tests start servers of their own; without this the package would create and start one for good.
    no_cluster = Path("/etc/postgresql-common/createcluster.d/s2m-tests.conf")
    no_cluster.parent.mkdir(parents=True, exist_ok=True)
    no_cluster.write_text("create_main_cluster = false\n")
    try:
        return apt("install", "--yes", "--no-install-recommends", *names)
    finally:
        no_cluster.unlink()


def main():
    names = missing()
    if not names:
        return
    if os.geteuid() == 0 and shutil.which("apt-get") and install(names):
        return
    say(f"tests that need {', '.join(names)} will be skipped (or fail with --require-all)")


if __name__ == "__main__":
    main()
