"""What people meet between them and Datadog, over real sockets: one clear line and a hint each."""

from __future__ import annotations

import base64
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.settings import Settings
from monitor_sync.errors import AccessDenied, OutcomeUnknown, RemoteError, Unreachable
from monitor_sync.http import bounded
from monitor_sync.http.retry import RetryPolicy
from tests.datadog.conftest import API_KEY, APP_KEY, Answer, Script

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
    with pytest.raises(RemoteError) as raised:
        client.monitors.create(BODY) if call == "create" else client.monitors.get(7)
    assert "\n" not in str(raised.value)
    assert SECRET not in f"{raised.value} {raised.value.hint}"
    return raised.value


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
    assert len(script.requests) == 1


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def endlessly(begin: bytes, again: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Answer with a beginning, and then the same piece for ever."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        with suppress(OSError):  # the client hangs up, as it should
            connection.sendall(begin)
            while True:
                connection.sendall(again)
                time.sleep(pause)

    return answer


BLOCK = b"x" * 65536
FOREVER = {
    "a body of six gigabytes": (OK + b"Content-Length: 6000000000\r\n\r\n[", BLOCK),
    "chunks without end": (CHUNKED, b"10000\r\n" + BLOCK + b"\r\n"),
    "one chunk without end": (CHUNKED + b"fffffffff\r\n", BLOCK),
    "a body until the connection closes": (OK + b"\r\n[", BLOCK),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
}
TRICKLES = {
    "a body": (OK + b"Content-Length: 60000\r\n\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n"),
    "a chunk's size": (CHUNKED, b"0"),
    "a status line": (b"HTTP/1.1 ", b"2"),
    "headers": (OK, b"A: b\r\n"),
    "one header": (OK + b"A: ", b"b"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("name", FOREVER)
def test_an_answer_without_end_is_read_to_a_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MOST_BYTES", 4 * 1024 * 1024)
    with listening(endlessly(*FOREVER[name])) as port:
        created = failure(f"http://127.0.0.1:{port}", timeout=30)
        read = failure(f"http://127.0.0.1:{port}", timeout=30, call="get")
    assert type(created) is OutcomeUnknown, "it may have been made"
    assert type(read) is Unreachable
    assert f"127.0.0.1:{port} answers without end" in str(read)


@pytest.mark.parametrize(
    ("begin", "again"),
    [(CHUNKED, BLOCK), (CHUNKED, b"0" * 65536), (OK + b"A:", BLOCK), (b"HTTP/1.1 2", BLOCK)],
    ids=["a chunk's size", "zeros", "a header", "a status line"],
)
def test_a_line_without_end_is_no_answer(begin: bytes, again: bytes) -> None:
    with listening(endlessly(begin, again)) as port:
        error = failure(f"http://127.0.0.1:{port}", timeout=30, call="get")
    assert type(error) is Unreachable


@pytest.mark.parametrize("name", TRICKLES)
def test_an_answer_that_trickles_ends_when_its_time_is_over(name: str) -> None:
    begin = time.monotonic()
    with listening(endlessly(*TRICKLES[name], pause=0.02)) as port:
        error = failure(f"http://127.0.0.1:{port}", timeout=0.4, call="get")
    assert type(error) is Unreachable
    assert time.monotonic() - begin < 30  # the answer has no end


def test_more_headers_than_any_server_sends_are_no_answer() -> None:
    with listening(endlessly(OK, b"A: b\r\n" * 50)) as port:
        error = failure(f"http://127.0.0.1:{port}", call="get")
    assert type(error) is Unreachable


def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded, "MOST_BYTES", 4 * 1024 * 1024)
    packed = gzip.compress(b"[" + b" " * 64 * 1024 * 1024 + b"]")
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        with suppress(OSError):
            connection.sendall(head + packed)

    with listening(answer) as port:
        error = failure(f"http://127.0.0.1:{port}", call="get")
    assert "answers without end" in str(error)


def test_a_full_page_of_big_monitors_is_taken(script: Script) -> None:
    page = [{"id": number, "message": "é" * 16_000} for number in range(1, 1001)]
    script.say(lambda request: Answer(body=page if request.query["page"] == "0" else []))
    assert sum(len(monitors) for monitors in script.client().monitors.pages()) == 1000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["create", "get"])
def test_no_redirect_is_followed(script: Script, status: int, call: str) -> None:
    heard: list[bytes] = []
    with listening(proxy_that_says(b"200 OK", heard)) as port:
        elsewhere = {"Location": f"http://127.0.0.1:{port}/api/v1/monitor"}
        script.say(Answer(status=status, headers=elsewhere))
        error = failure(script.url, call=call)
    assert type(error) is Unreachable
    assert f"answered {status}" in str(error)
    assert len(script.requests) == 1
    assert heard == []


def test_the_type_that_an_answer_claims_to_have_does_not_matter(script: Script) -> None:
    script.say(Answer(body={"id": 7}, headers={"Content-Type": "text/html"}))
    assert script.client().monitors.get(7) == {"id": 7}


@pytest.mark.parametrize(
    "body",
    ['{"id": NaN}', '{"id": 7, "a": ' + "[" * 50_000 + "]" * 50_000 + "}", "{", "", '"id"',
     '{"id": [7]}', '{"id": "7"}', '{"id": true}', '{"id": null}', '{"id": -1}', "{}",
     '{"id": 99999999999999999999999999}', '{"id": 7.0}'],
    ids=lambda body: body[:20],
)  # fmt: skip
def test_an_answer_without_a_usable_monitor_is_a_failure(script: Script, body: str) -> None:
    script.say(Answer(body=body))
    with pytest.raises(OutcomeUnknown):
        script.client().monitors.create(BODY)
    with pytest.raises(Unreachable):
        script.client().monitors.get(7)
    assert len(script.requests) == 2


@pytest.mark.parametrize("id", [[7], {"a": 1}, "7", True, None, 7.5, 10**30])
def test_a_listing_with_an_id_that_is_none_is_read_to_its_end(script: Script, id: object) -> None:  # noqa: A002 - Datadog's word
    page = [{"id": 1}, {"id": id}, {"id": id}, 5, None, {"id": 2}]
    script.say(Answer(body=page))
    (monitors,) = script.client().monitors.pages()
    assert [
        monitor for monitor in monitors if isinstance(monitor, dict) and type(monitor["id"]) is int
    ] == [
        {"id": 1},
        {"id": 2},
    ]


ECHOES = [
    Answer(status=400, body={"errors": [f"bad key {API_KEY}"]}),
    Answer(status=403, body={"errors": [f"{APP_KEY} may not"]}),
    Answer(status=500, body=f"<title>{API_KEY}</title>"),
    Answer(status=429, headers={"X-RateLimit-Name": APP_KEY, "X-RateLimit-Limit": "1",
           "X-RateLimit-Period": "10", "X-RateLimit-Reset": "500"}),
    Answer(status=409, body={"errors": {API_KEY: [APP_KEY.upper()]}}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ECHOES, ids=str)
def test_a_key_that_a_server_repeats_is_in_no_error(script: Script, answer: Answer) -> None:
    script.say(answer)
    with pytest.raises(RemoteError) as caught:
        script.client(tries=1).monitors.update(7, BODY)
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert API_KEY not in shown.lower()
    assert APP_KEY not in shown.lower()


def test_a_key_that_a_server_puts_into_a_monitor_is_not_taken_over(script: Script) -> None:
    script.say(Answer(body=[{"id": 7, "name": API_KEY, "tags": [f"key:{APP_KEY}"]}]))
    (monitors,) = script.client().monitors.pages()
    assert monitors == [{"id": 7, "name": "[redacted]", "tags": ["key:[redacted]"]}]
