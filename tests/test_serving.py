"""The server as an operator has it: processes, signals, ports, TLS, and streams that stay open."""

import contextlib
import json
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from s2m.config import load
from s2m.domain import devices
from s2m.serving import THREADS
from s2m.store.engine import Database
from s2m.web.live import EACH, PING, STREAMS
from tests.servers import COMMAND, command, environment, serving  # noqa: F401

pytestmark = pytest.mark.slow
INIT = ("init", "--network", "Noord", "--venue", "Het Seinhuis", "--name", "Marieke de Boer", "--email", "m@noord.example")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def founded(folder):
    command(folder, *INIT)
    return folder


def tablets(folder, count):
    """Tokens of that many paired kiosks."""
    database = Database(load(folder).database)
    with database.write() as store:
        [venue] = store.venues.all()
        tokens = [devices.make_token(store, venue, f"Tablet {n}", "test", datetime.now(UTC)) for n in range(count)]
    database.close()
    return tokens


def listening(server, token):
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = f"GET /live/het-seinhuis HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    stream.sendall(head.encode())
    return stream


def streams(server, folder, count):
    """Open pages: each listens to what changes in the venue, as many on each tablet as one may have."""
    tokens = tablets(folder, -(-count // EACH))
    opened = [listening(server, tokens[n // EACH]) for n in range(count)]
    assert all(stream.recv(4096).startswith(b"HTTP/1.1 200") for stream in opened)
    return opened


def close(opened):
    for stream in opened:
        stream.close()


def test_from_nothing_to_a_scan_that_is_stored(serving, folder):  # noqa: F811
    server = serving("run")
    [link] = re.findall(r"http://127\.0\.0\.1:\d+(/setup/[\w-]{43})", server.said())
    status, page = server.ask("GET", link)
    assert (status, 'name="network"' in page) == (200, True)
    command(folder, *INIT)
    assert server.ask("GET", link)[0] == 200
    path = command(folder, "login-link", "m@noord.example", "--base", "").rpartition("/login/")
    status, page = server.ask("GET", f"/login/{path[2]}")
    assert (status, 'name="csrf_token"' in page) == (200, True)
    token, code = command(folder, "kiosk", "token"), command(folder, "badge", "m@noord.example", "--format", "text")
    event = {"id": str(uuid.uuid4()), "code": code}
    status, answer = server.ask("POST", "/kiosk/scans", {"events": [event]}, Authorization=f"Bearer {token}")
    assert (status, '"stored"' in answer, "Marieke" in answer) == (200, True, True)
    assert "listens at" in server.said()
    assert server.stop() < 3


def test_no_set_up_link_once_there_is_a_network(serving, founded):  # noqa: F811
    server = serving("run")
    assert "/setup/" not in server.said()
    assert f"s2m listens at http://127.0.0.1:{server.port}" in server.said()


@pytest.mark.long
def test_two_hundred_open_pages_do_not_stop_the_site(serving, founded):  # noqa: F811
    server = serving("run")
    token = command(founded, "kiosk", "token")
    opened = streams(server, founded, 200)
    took = []
    for _ in range(40):
        began = time.monotonic()
        assert server.ask("GET", "/kiosk/door", Authorization=f"Bearer {token}")[0] == 200
        took.append(time.monotonic() - began)
    assert statistics.median(took) < 0.25
    for stream in opened:
        stream.settimeout(3)
    code = command(founded, "badge", "m@noord.example", "--format", "text")
    event = {"id": str(uuid.uuid4()), "code": code}
    assert server.ask("POST", "/kiosk/scans", {"events": [event]}, Authorization=f"Bearer {token}")[0] == 200
    assert all(b"event: change" in heard(stream) for stream in opened)
    assert server.stop() < 3
    close(opened)


@pytest.mark.long
def test_a_page_that_was_closed_frees_its_place_soon(serving, founded):  # noqa: F811
    server = serving("run")
    opened = streams(server, founded, STREAMS)
    [late] = tablets(founded, 1)
    with listening(server, late) as stream:
        assert stream.recv(4096).startswith(b"HTTP/1.1 503")
    opened.pop().close()
    deadline = time.monotonic() + 2 * PING + 1
    answer = b""
    while not answer.startswith(b"HTTP/1.1 200"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        with listening(server, late) as stream:
            answer = stream.recv(4096)
    close(opened)


def dripping(server, count):
    """Requests that say they have a body, of which only the beginning comes."""
    head = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    opened = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(count)]
    for one in opened:
        one.sendall(head + b"Content-Length: 60000\r\n\r\na=")
    return opened


@pytest.mark.long
def test_bodies_that_do_not_come_stop_neither_the_site_nor_the_tablets(serving, founded):  # noqa: F811
    server, [token] = serving("run"), tablets(founded, 1)
    opened = dripping(server, THREADS + 20)
    code = command(founded, "badge", "m@noord.example", "--format", "text")
    for _ in range(3):
        event = {"id": str(uuid.uuid4()), "code": code}
        assert server.ask("GET", "/login")[0] == 200
        assert server.ask("POST", "/kiosk/scans", {"events": [event]}, Authorization=f"Bearer {token}")[0] == 200
    with contextlib.closing(server.connect()) as connection:
        connection.request("POST", "/login", "email=m%40noord.example", {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    close(opened)
    deadline = time.monotonic() + 10
    while server.ask("POST", "/login", {})[0] != 403:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_signal_stops_it_soon_though_bodies_are_waited_for(serving, founded):  # noqa: F811
    server = serving("run")
    opened = [*streams(server, founded, 20), *dripping(server, 20)]
    time.sleep(0.5)
    assert server.stop() < 3
    close(opened)


@pytest.mark.long
def test_thirty_two_connections_of_one_tablet_are_all_answered(serving, founded):  # noqa: F811
    server, [token] = serving("run"), tablets(founded, 1)
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def scan(connection):
        events = [{"id": str(uuid.uuid4()), "code": "nothing"}]
        connection.request("POST", "/kiosk/scans", json.dumps({"events": events}), head)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def work(_):
        with contextlib.closing(server.connect()) as connection:
            return [scan(connection) for _ in range(15)]

    with ThreadPoolExecutor(32) as pool:
        answers = [status for statuses in pool.map(work, range(32)) for status in statuses]
    assert answers == [200] * 480


def heard(stream):
    """What comes until a change is told (signs of life may come before)."""
    got = b""
    with contextlib.suppress(TimeoutError):
        while b"event: change" not in got:
            got += stream.recv(4096)
    return got


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_soon_though_pages_are_open(serving, founded, sign):  # noqa: F811
    server = serving("run")
    opened = streams(server, founded, 20)
    assert server.stop(sign) < 3
    assert server.process.returncode == 0
    close(opened)


def test_a_killed_parent_leaves_no_worker_on_the_port(serving, founded):  # noqa: F811
    server = serving("run")
    opened = streams(server, founded, 5)
    assert server.stop(signal.SIGKILL) < 4
    assert serving("run").ask("GET", "/healthz")[0] == 200
    close(opened)


def test_a_second_server_on_the_same_instance_is_refused(serving, founded):  # noqa: F811
    serving("run")
    done = subprocess.run([*COMMAND, "run", "--port", "1"], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Error: A server already runs on this instance. Stop it first.\n"


def test_a_port_in_use_is_refused(founded):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = subprocess.run([*COMMAND, "run", "--port", port], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"Error: Port {port} on 127.0.0.1 is in use. Choose another with --port.\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_plain_http_beyond_this_machine_is_refused(founded, host):
    done = subprocess.run([*COMMAND, "run", "--host", host], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 1
    assert "plain http" in done.stderr
    assert "--insecure-lan" in done.stderr
    assert done.stderr.count("\n") == 1


def test_plain_http_in_the_house_needs_to_be_asked_for(serving, founded):  # noqa: F811
    server = serving("run", "--host", "0.0.0.0", "--insecure-lan")
    name = socket.gethostname()
    assert server.ask("GET", "/login", Host=f"{name}:{server.port}")[0] == 200
    assert server.ask("GET", "/login", Host="elsewhere.example")[0] == 400


def test_with_a_certificate_pages_come_over_https_and_cookies_are_secure(serving, founded):  # noqa: F811
    command(founded, "cert", "--name", "localhost", "--name", "seinhuis.local", "--ip", "127.0.0.1")
    tls = founded / "tls"
    server = serving(
        "run",
        "--host",
        "127.0.0.1",
        "--cert",
        str(tls / "server.pem"),
        "--key",
        str(tls / "server.key"),
        authority=tls / "s2m-ca.crt",
    )
    assert "listens at https://127.0.0.1" in server.said()
    connection = server.connect()
    connection.request("GET", "/kiosk/pair", headers={"Host": "seinhuis.local"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "__Host-form=" in answer.headers["Set-Cookie"]
    assert "Secure" in answer.headers["Set-Cookie"]
    connection.close()


@pytest.mark.parametrize("missing", ["--key", "--cert"])
def test_certificate_and_key_go_together(founded, missing, tmp_path):
    file = tmp_path / "some.pem"
    file.touch()
    done = subprocess.run([*COMMAND, "run", missing, str(file)], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 2


def test_a_certificate_that_is_none_is_refused(founded, tmp_path):
    file = tmp_path / "some.pem"
    file.write_text("nothing")
    done = subprocess.run(
        [*COMMAND, "run", "--cert", str(file), "--key", str(file)], env=environment(founded), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "certificate cannot be read" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.long
def test_a_backup_may_be_made_while_it_serves_and_a_restore_may_not(serving, founded, tmp_path):  # noqa: F811
    serving("run")
    copy = tmp_path / "copy.sqlite"
    command(founded, "backup", str(copy))
    done = subprocess.run([*COMMAND, "restore", str(copy)], env=environment(founded), capture_output=True, text=True)
    assert (done.returncode, "already runs" in done.stderr) == (1, True)
    assert "ok     job close_visits" in command(founded, "doctor")


def test_the_log_has_one_line_an_event_and_no_secret(serving, founded):  # noqa: F811
    server = serving("--verbose", "run")
    link = command(founded, "login-link", "m@noord.example").rpartition("/")[2]
    server.ask("GET", f"/login/{link}")
    server.ask("GET", "/nowhere%0d%0aINJECTED")
    server.stop()
    said = server.said()
    assert link not in said
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {"/login/…", "/nowhere\r\nINJECTED"} <= {event["path"] for event in events if event["event"] == "request"}
    assert not [line for line in said.splitlines() if line.startswith("INJECTED")]


@pytest.mark.long
@pytest.mark.postgresql
def test_web_process_and_worker_share_a_network_on_postgresql(serving, folder, postgres_database, postgres_template):  # noqa: F811
    url = postgres_database(postgres_template)
    env = environment(folder, S2M_DATABASE_URL=url)
    subprocess.run([*COMMAND, *INIT], env=env, check=True, capture_output=True)
    servers = [serving("run", S2M_DATABASE_URL=url, S2M_JOBS="false") for _ in range(2)]
    assert all(server.ask("GET", "/healthz")[1].count("close_visits") == 0 for server in servers)
    worker = subprocess.Popen([*COMMAND, "worker"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 15
        while "close_visits" not in servers[0].ask("GET", "/healthz")[1]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=15)
    assert (worker.returncode, b"Traceback" in err) == (0, False), err


def test_the_embedded_database_needs_no_worker(founded):
    done = subprocess.run([*COMMAND, "worker"], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 1
    assert "one process" in done.stderr


def test_a_broken_database_file_is_one_line(founded):
    shutil.copy(__file__, founded / "s2m.sqlite")
    for tail in ("-wal", "-shm"):
        (founded / f"s2m.sqlite{tail}").unlink(missing_ok=True)
    done = subprocess.run([*COMMAND, "run"], env=environment(founded), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
