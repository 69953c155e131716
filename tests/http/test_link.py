"""A link is asked for as a careful stranger would: nothing inside a network is ever reached."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from monitor_sync.http.link import GONE, LOGIN, THERE, IpAddress, LinkAnswer, ask, is_public

PRIVATE = LinkAnswer("unknown", "inside a private network", of_host=True)
SEEN: list[str] = []
STATUSES = {
    "/ok": 200, "/gone": 410, "/missing": 404, "/private": 401, "/forbidden": 403,
    "/busy": 429, "/broken": 500,
}  # fmt: skip
ONWARD = {
    "/moved": "/ok",
    "/moved-to-nothing": "/missing",
    "/to-login": "/oauth2/authorize?next=/ok",
    "/loop": "/loop",
    "/to-metadata": "http://169.254.169.254/latest/meta-data/",
    "/to-file": "file:///etc/passwd",
}


class Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # head and body are two writes: else each answer takes 40 ms

    def do_HEAD(self) -> None:
        SEEN.append(f"{self.command} {self.path}")
        only_get = self.command == "HEAD" and self.path in ("/only-get", "/head-says-404")
        if only_get:
            self.send_response(404 if self.path == "/head-says-404" else 405)
        elif self.path in ONWARD:
            self.send_response(302)
            self.send_header("Location", ONWARD[self.path])
        else:
            self.send_response(STATUSES.get(self.path, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output short."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def this_machine(address: IpAddress) -> bool:
    return address.is_loopback


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/ok", THERE),
        ("/ok?a=b%20c#part", THERE),
        ("/only-get", THERE),
        ("/head-says-404", THERE),
        ("/gone", GONE),
        ("/missing", GONE),
        ("/private", LOGIN),
        ("/forbidden", LOGIN),
        ("/busy", LinkAnswer("unknown", "too many requests")),
        ("/broken", LinkAnswer("unknown", "answers 500")),
        ("/moved", THERE),
        ("/moved-to-nothing", GONE),
        ("/to-login", LOGIN),
        ("/loop", LinkAnswer("unknown", "redirected again and again")),
        ("/to-metadata", LinkAnswer("unknown", "inside a private network")),
        ("/to-file", LinkAnswer("unknown", "no address that can be asked")),
    ],
)
def test_what_an_answer_says_of_a_page(site: str, path: str, answer: LinkAnswer) -> None:
    assert ask(site + path, may_reach=this_machine) == answer


def test_head_is_asked_first_and_get_only_where_that_is_no_answer(site: str) -> None:
    SEEN.clear()
    for path in ("/ok", "/forbidden", "/missing"):
        ask(site + path, may_reach=this_machine)

    assert SEEN == ["HEAD /ok", "HEAD /forbidden", "HEAD /missing", "GET /missing"]


def test_nothing_inside_a_network_is_asked_however_it_is_written(site: str) -> None:
    SEEN.clear()
    port = site.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
        answer = ask(f"http://{host}:{port}/ok")
        assert answer.standing == "unknown", host

    assert SEEN == []


@pytest.mark.parametrize(
    "address",
    ["http://user:secret@127.0.0.1/", "ftp://127.0.0.1/", "http://", "http://[", "http://a:99999/"],
)
def test_what_cannot_be_asked_is_not_checked(address: str) -> None:
    assert ask(address, may_reach=this_machine).standing == "unknown"


def test_a_name_with_one_private_address_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", both)

    assert ask("https://rebinding.example/") == PRIVATE


def test_a_name_that_nobody_knows_and_a_closed_port_are_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    closed = ask(f"http://127.0.0.1:{port}/", may_reach=this_machine)
    assert closed == LinkAnswer("unknown", "no connection", of_host=True)

    def nobody(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert ask("https://nobody.example/").reason == "no such host from here"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("0.1.2.3", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
