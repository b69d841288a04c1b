"""Real servers for tests: `s2m run` and `s2m demo` as processes of their own, on free ports of this machine."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "s2m"]


def environment(folder, **settings):
    own = {name: value for name, value in os.environ.items() if not name.startswith("S2M_")}
    return own | {"S2M_INSTANCE": str(folder), "PYTHONUNBUFFERED": "1"} | settings


def command(folder, *arguments):
    """What a command prints; it must succeed."""
    done = subprocess.run([*COMMAND, *arguments], env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A server that was started; it ends with the test."""

    def __init__(self, folder, *arguments, authority=None, **settings):
        self.port = free_port()
        self.log = folder.parent / f"server-{self.port}.log"
        self.tls = ssl.create_default_context(cafile=authority) if authority else None
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments, "--port", str(self.port)],
                env=environment(folder, **settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def connect(self, timeout=10):
        if self.tls:
            return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, **headers):
        """Status and content of one request."""
        with contextlib.closing(self.connect()) as connection:
            kind = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, kind | headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def wait(self, seconds=60):
        """Until it answers."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/healthz")[0] == 200:
                    return self
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self):
        return self.log.read_text()

    @property
    def workers(self):
        """Process ids of the children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def stop(self, sign=signal.SIGTERM):
        """Seconds until the parent and its workers are gone and the port is free."""
        workers, began = self.workers, time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(timeout=30)
        while any(alive(pid) for pid in workers) or not self.is_free():
            assert time.monotonic() - began < 30, self.said()
            time.sleep(0.02)
        return time.monotonic() - began

    def is_free(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def serving(tmp_path):
    """serving("run") → a server on the instance in tmp_path / "instance", which the test may have made before."""
    started = []

    def start(*arguments, folder=tmp_path / "instance", wait=True, **settings):
        started.append(Running(folder, *arguments, **settings))
        return started[-1].wait() if wait else started[-1]

    yield start
    for server in started:
        server.close()
