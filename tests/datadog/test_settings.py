"""Which Datadog, as whom: what the environment says, and what is wrong with it."""

from __future__ import annotations

import pytest

from monitor_sync.datadog.settings import SITES, from_environment
from monitor_sync.errors import UsageError

KEYS = {"DD_API_KEY": "a" * 32, "DD_APP_KEY": "b" * 40}


def test_keys_and_site_are_read() -> None:
    settings = from_environment({**KEYS, "DD_SITE": "datadoghq.eu"})

    assert (settings.site, settings.base_url, settings.host) == (
        "datadoghq.eu",
        "https://api.datadoghq.eu",
        "api.datadoghq.eu",
    )
    assert settings.api_key == "a" * 32


def test_the_default_is_the_first_site() -> None:
    assert from_environment(KEYS).base_url == "https://api.datadoghq.com"


def test_a_host_of_ones_own_wins_over_the_site() -> None:
    settings = from_environment({**KEYS, "DD_HOST": "http://127.0.0.1:8126/"})

    assert settings.base_url == "http://127.0.0.1:8126"
    assert settings.host == "127.0.0.1:8126"


def test_a_bearer_token_wins_over_keys() -> None:
    settings = from_environment({**KEYS, "DD_BEARER_TOKEN": " ddpat_x\n"})

    assert (settings.bearer_token, settings.api_key) == ("ddpat_x", "")


def test_the_newest_sites_are_named() -> None:
    assert {"uk1.datadoghq.com", "us2.ddog-gov.com"} <= set(SITES)


@pytest.mark.parametrize("site", [*SITES, "us6.datadoghq.com"])
def test_known_sites_and_those_to_come_are_taken(site: str) -> None:
    assert from_environment({**KEYS, "DD_SITE": site}).site == site


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "DD_API_KEY and DD_APP_KEY are not set"),
        ({"DD_API_KEY": "x"}, "DD_APP_KEY is not set"),
        ({**KEYS, "DD_SITE": "https://app.datadoghq.eu/"}, "did you mean DD_SITE=datadoghq.eu?"),
        ({**KEYS, "DD_SITE": "datadog.com"}, "did you mean DD_SITE=datadoghq.com?"),
        ({**KEYS, "DD_SITE": "evil.example"}, "DD_SITE is one of datadoghq.com"),
        ({**KEYS, "DD_HOST": "127.0.0.1:8126"}, "http://127.0.0.1:8126"),
        ({**KEYS, "DD_API_KEY": "se cret"}, "DD_API_KEY holds a blank"),
    ],
)
def test_what_is_wrong_is_said_with_the_variable_to_set(environ: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError) as raised:
        from_environment(environ)

    assert says in f"{raised.value} {raised.value.hint}"
    assert "se cret" not in f"{raised.value} {raised.value.hint}"


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(
        from_environment({**KEYS, "DD_BEARER_TOKEN": "ddpat_x", "HTTPS_PROXY": "http://u:p@x"})
    )

    assert "aaa" not in shown
    assert "ddpat" not in shown
    assert "u:p" not in shown


def test_a_proxy_is_used_for_datadog_and_not_where_it_is_excepted() -> None:
    proxied = {**KEYS, "HTTPS_PROXY": "http://proxy:3128"}

    assert from_environment(proxied).proxy == "http://proxy:3128"
    assert from_environment({**proxied, "NO_PROXY": "x,.datadoghq.com"}).proxy == ""
    assert from_environment({**proxied, "DD_HOST": "http://127.0.0.1:1"}).proxy == ""


def test_times_are_seconds_of_the_environment() -> None:
    assert (from_environment(KEYS).timeout, from_environment(KEYS).backoff) == (60.0, 0.5)
    set_so = from_environment(
        {**KEYS, "MONITOR_SYNC_TIMEOUT": " 5 ", "MONITOR_SYNC_BACKOFF": ".01"}
    )
    assert (set_so.timeout, set_so.backoff) == (5.0, 0.01)


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "inf", "1e9", "5s"])
@pytest.mark.parametrize("name", ["MONITOR_SYNC_TIMEOUT", "MONITOR_SYNC_BACKOFF"])
def test_times_that_are_none_are_refused_with_what_to_write(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is '{value}', expected seconds") as raised:
        from_environment({**KEYS, name: value})
    assert f"write {name}=" in raised.value.hint


def test_a_proxy_is_shown_without_its_password() -> None:
    settings = from_environment({**KEYS, "HTTPS_PROXY": "http://ani:hunter2@proxy.example:3128"})
    assert settings.proxy_host == "proxy.example:3128"
    assert "hunter2" not in repr(settings)
    assert from_environment(KEYS).proxy_host == ""


SECRET = "hunter2"  # noqa: S105 - nobody's


def refusal(**environ: str) -> str:
    """What is said of an environment that is refused, hint included."""
    with pytest.raises(UsageError) as caught:
        from_environment({**KEYS, **environ})
    shown = f"{caught.value} {caught.value.hint}"
    assert "\n" not in shown
    assert SECRET not in shown
    return shown


@pytest.mark.parametrize(
    "host",
    ["http://[x", "http://[::1", "http://127.0.0.1:port", "http://127.0.0.1:99999",
     "http://127.0.0.1:0", "http://127.0.0.1:-1", "http://", "http:///x", "//127.0.0.1",
     "127.0.0.1:8126", "ftp://127.0.0.1", "http://exa mple", "http://a\nb", "http://exämple",
     "https://a/\x00", "https://[::1]x:5"],
)  # fmt: skip
def test_an_address_that_is_none_is_said_to_be_none(host: str) -> None:
    assert "which is no base URL" in refusal(DD_HOST=host)


@pytest.mark.parametrize(
    "host",
    [f"https://ani:{SECRET}@127.0.0.1", f"https://127.0.0.1:x:{SECRET}@[y",
     f"ani:{SECRET}@127.0.0.1", f"http://ani:{SECRET}@api.example"],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_shown(host: str) -> None:
    refusal(DD_HOST=host)


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:8126", "http://localhost:1", "http://[::1]:8126", "http://127.1.2.3"]
)
def test_without_tls_requests_stay_on_this_machine(host: str) -> None:
    assert from_environment({**KEYS, "DD_HOST": host}).base_url == host


@pytest.mark.parametrize(
    ("host", "name"),
    [("http://api.datadoghq.eu", "api.datadoghq.eu"), ("http://10.0.0.1:80", "10.0.0.1"),
     ("http://localhost.evil.example", "localhost.evil.example"),
     ("http://127.0.0.1.evil.example", "127.0.0.1.evil.example"),
     ("http://2130706433", "2130706433"), ("http://[fe80::1]", "fe80::1")],
)  # fmt: skip
def test_without_tls_keys_go_elsewhere_only_where_a_variable_names_the_host(
    host: str, name: str
) -> None:
    assert f"MONITOR_SYNC_ALLOW_HTTP={name}" in refusal(DD_HOST=host)
    assert "everybody on the way" in refusal(DD_HOST=host, MONITOR_SYNC_ALLOW_HTTP="other.example")
    allowed = {**KEYS, "DD_HOST": host, "MONITOR_SYNC_ALLOW_HTTP": name}
    assert from_environment(allowed).base_url == host


@pytest.mark.parametrize("site", ["evil.example", "datadoghq.com.evil.example", "xdatadoghq.com"])
def test_a_site_that_is_not_known_is_used_only_where_a_variable_names_it(site: str) -> None:
    refusal(DD_SITE=site)
    refusal(DD_SITE=site, MONITOR_SYNC_ALLOW_SITE="other.example")
    allowed = {**KEYS, "DD_SITE": site, "MONITOR_SYNC_ALLOW_SITE": site}
    assert from_environment(allowed).base_url == f"https://api.{site}"


@pytest.mark.parametrize("site", ["a/b", "a b", "a@b.example", "a.example:5", "a.example#", "."])
def test_what_is_no_host_is_no_site_whatever_a_variable_says(site: str) -> None:
    refusal(DD_SITE=site, MONITOR_SYNC_ALLOW_SITE=site)


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("proxy.example:3128", "does not begin with http:// or https://"),
        (f"ani:{SECRET}@proxy.example:3128", "does not begin with http:// or https://"),
        (f"socks5://ani:{SECRET}@proxy.example:1080", "is a SOCKS proxy"),
        ("socks5h://proxy.example", "is a SOCKS proxy"),
        (f"http://ani:{SECRET}@proxy.example:port", "is not the address of a proxy"),
        (f"http://ani:{SECRET}@proxy.example:99999", "is not the address of a proxy"),
        (f"http://ani:{SECRET}@", "is not the address of a proxy"),
        (f"http://ani:12/{SECRET}@proxy.example", "is not the address of a proxy"),
        (f"http://ani:12#{SECRET}@proxy.example", "is not the address of a proxy"),
        (f"http://ani:{SECRET}é@proxy.example", "is not the address of a proxy"),
        (f"http://ani:{SECRET}@[proxy", "is not the address of a proxy"),
        (f"http://ani:{SECRET}@proxy example", "is not the address of a proxy"),
        ("ftp://proxy.example", "is not the address of a proxy"),
    ],
)
def test_an_address_that_no_proxy_has_is_refused_and_its_password_not_shown(
    proxy: str, says: str
) -> None:
    shown = refusal(HTTPS_PROXY=proxy)
    assert f"HTTPS_PROXY {says}" in shown
    assert "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" in shown or "http://USER:PASS" in shown


def test_a_proxy_that_is_not_used_is_not_judged() -> None:
    wrong = {**KEYS, "HTTPS_PROXY": "socks5://proxy.example"}
    assert from_environment({**wrong, "NO_PROXY": "*"}).proxy == ""
    assert from_environment({**wrong, "DD_HOST": "http://127.0.0.1:1"}).proxy == ""


def test_everything_secret_is_known_as_such() -> None:
    proxy = f"http://ani:{SECRET}@proxy.example:3128"
    settings = from_environment({**KEYS, "HTTPS_PROXY": proxy})
    assert set(settings.secrets) == {*KEYS.values(), SECRET}
