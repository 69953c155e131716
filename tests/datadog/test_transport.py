"""What people meet between them and Datadog, over real sockets: one clear line and a hint each."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.settings import Settings
from monitor_sync.errors import AccessDenied, OutcomeUnknown, RemoteError, Unreachable
from monitor_sync.http.retry import RetryPolicy
from tests.datadog.conftest import Answer, Script

BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5"}
SECRET = "hunter2"  # noqa: S105 - nobody's
MAINTENANCE = "<html><head><title>Datadog is in maintenance</title></head><body>…</body></html>"


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A loopback port where each connection is answered by a function, then closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def failure(
    base_url: str, *, proxy: str = "", timeout: float = 5.0, call: str = "create"
) -> RemoteError:
    """How a create ends at this address."""
    settings = Settings(
        site="datadoghq.eu",
        base_url=base_url,
        api_key="a",
        app_key="b",
        proxy=proxy,
        timeout=timeout,
    )
    client = Client(settings, retry=RetryPolicy(tries=1))
    with pytest.raises(RemoteError) as found:
        client.create(BODY) if call == "create" else client.get(7)
    assert "\n" not in str(found.value)
    assert SECRET not in f"{found.value} {found.value.hint}"
    return found.value


@pytest.fixture
def no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver answers as it does for names that do not exist; no test may ask a real one."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.usefixtures("no_resolver")
def test_a_host_without_an_address() -> None:
    error = failure("https://api.datadoghq.invalid")
    assert type(error) is Unreachable
    assert str(error) == "could not create a monitor: api.datadoghq.invalid has no address"
    assert error.hint == "are DD_SITE and DD_HOST right, and is there a network?"


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    context = self_signed(tmp_path)

    def handshake(connection: socket.socket) -> None:
        with suppress(OSError):  # the client hangs up, as it should
            context.wrap_socket(connection, server_side=True).close()

    with listening(handshake) as port:
        error = failure(f"https://127.0.0.1:{port}")
    assert type(error) is Unreachable
    assert str(error) == (
        f"could not create a monitor: no safe connection to 127.0.0.1:{port}:"
        " self-signed certificate"
    )
    assert "SSL_CERT_FILE" in error.hint


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS settings with a certificate made on the spot."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate with")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    what = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    how = ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([openssl, *what, *how], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_plain_http_where_tls_was_expected(script: Script) -> None:
    script.say(Answer(body={"id": 7}))
    error = failure(script.url.replace("http://", "https://"))
    assert type(error) is Unreachable
    assert "no safe connection" in str(error)
    assert "http://" in error.hint


def proxy_that_says(line: bytes, heard: list[bytes]) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\n\r\n")

    return answer


def test_a_proxy_that_wants_to_know_who_asks() -> None:
    heard: list[bytes] = []
    with listening(proxy_that_says(b"407 Proxy Authentication Required", heard)) as port:
        error = failure("https://api.datadoghq.eu", proxy=f"http://127.0.0.1:{port}")
    assert type(error) is Unreachable
    assert str(error) == (
        "could not create a monitor: the proxy does not lead to api.datadoghq.eu:"
        " 407 Proxy Authentication Required"
    )
    assert "HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT" in error.hint
    assert heard[0].startswith(b"CONNECT api.datadoghq.eu:443 ")


def test_user_and_password_of_a_proxy_are_given_to_it_and_shown_to_nobody() -> None:
    heard: list[bytes] = []
    with listening(proxy_that_says(b"403 Forbidden", heard)) as port:
        proxy = f"http://ani:{SECRET}%40@127.0.0.1:{port}"
        error = failure("https://api.datadoghq.eu", proxy=proxy)
    assert "403 Forbidden" in str(error)
    assert f"Basic {base64.b64encode(f'ani:{SECRET}@'.encode()).decode()}".encode() in heard[0]


def test_a_proxy_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failure("https://api.datadoghq.eu", proxy=f"http://ani:{SECRET}@127.0.0.1:{port}")
    assert type(error) is Unreachable
    assert "the proxy does not lead to api.datadoghq.eu: nothing answers there" in str(error)
    assert "NO_PROXY=api.datadoghq.eu" in error.hint


@pytest.mark.usefixtures("no_resolver")
def test_a_proxy_without_an_address() -> None:
    error = failure("https://api.datadoghq.eu", proxy="http://proxy.invalid:3128")
    assert "the proxy does not lead to api.datadoghq.eu: it has no address" in str(error)


def test_maintenance_is_told_with_the_pages_own_title(script: Script) -> None:
    script.say(Answer(status=503, body=MAINTENANCE))
    error = failure(script.url, call="get")
    assert type(error) is Unreachable
    assert 'answered with a web page, "Datadog is in maintenance", in place of JSON (503)' in str(
        error
    )
    assert "https://status.datadoghq.eu" in error.hint


def test_an_answer_that_never_comes_leaves_a_create_unknown() -> None:
    quiet = threading.Event()

    def silent(_: socket.socket) -> None:
        quiet.wait(5)

    with listening(silent) as port:
        error = failure(f"http://127.0.0.1:{port}", timeout=0.1)
        read = failure(f"http://127.0.0.1:{port}", timeout=0.1, call="get")
        quiet.set()
    assert type(error) is OutcomeUnknown
    assert "no answer from 127.0.0.1" in str(error)
    assert "MONITOR_SYNC_TIMEOUT" in read.hint


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, {"errors": ["Unauthorized"]}, "the keys are unknown, revoked or expired (401"),
        (401, {"errors": ["Token expired"]}, "revoked or expired: Token expired (401"),
        (403, {"code": 403, "errors": ["Forbidden"], "statuspage": "x"}, "refused the keys (403"),
        (403, {"errors": ["API key required"]}, "refused the keys: API key required (403"),
    ],
)  # fmt: skip
def test_keys_that_do_not_fit(script: Script, status: int, body: object, says: str) -> None:
    script.say(Answer(status=status, body=body))
    error = failure(script.url)
    assert type(error) is AccessDenied
    assert says in str(error)
    assert "DD_SITE is datadoghq.eu" in error.hint
    assert "`monitor-sync doctor`" in error.hint
    assert len(script.asked) == 1
