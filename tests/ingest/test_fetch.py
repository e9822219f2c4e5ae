import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch import Fetcher, Page, is_public, links
from knowledge.errors import SourceError

HOST = "clinic.example"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A loopback site: `answers` by path, `asked` what arrived (Host, path, User-Agent)."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.headers["Host"], self.path, self.headers["User-Agent"]))
                try:
                    site.answers[self.path](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.root = f"http://{HOST}:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def resolve(host: str, port: int) -> list[str]:
    return {HOST: ["127.0.0.1"], "xn--klinik-bcher-klb.example": ["127.0.0.1"], "inside.example": ["10.0.0.5"]}.get(
        host, [host]
    )


def only_loopback(address: IPv4Address | IPv6Address) -> bool:
    return address == ip_address("127.0.0.1")


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(resolve, only_loopback, timeout_seconds=5, max_bytes=100_000) as fetcher:
        yield fetcher


def answer(body: bytes = b"", kind: str | None = "text/html", status: int = 200, **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **sent}.items():
            handler.send_header(name, value)
        if kind is not None:
            handler.send_header("Content-Type", kind)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(url)
    return str(caught.value)


def test_a_page_is_fetched_under_its_own_name(site: Site, fetcher: Fetcher) -> None:
    site.answers["/a?b=c"] = answer(b"<p>Hello</p>", "Text/HTML; charset=utf-8")
    page = fetcher.fetch(f"{site.root}/a?b=c#part")
    assert (page.url, page.media_type) == (f"{site.root}/a?b=c", "text/html")
    assert page.data.decode("utf-8-sig") == "<p>Hello</p>"
    assert site.asked == [(f"{HOST}:{site.port}", "/a?b=c", "clinic-coach")]


def test_international_names_work(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(b"Hello", "text/plain")
    page = fetcher.fetch(f"http://klinik-bücher.example:{site.port}")
    assert page.url == f"http://xn--klinik-bcher-klb.example:{site.port}/"


@pytest.mark.parametrize(
    ("served", "reported"),
    [
        ("application/xhtml+xml", "text/html"),
        ("text/markdown", "text/markdown"),
        ("application/pdf", "application/pdf"),
        *[("application/vnd.openxmlformats-officedocument.wordprocessingml.document",) * 2],
    ],
)
def test_documents_are_accepted(site: Site, fetcher: Fetcher, served: str, reported: str) -> None:
    site.answers["/"] = answer(b"body", served)
    assert fetcher.fetch(site.root) == Page(f"{site.root}/", reported, b"body")


def test_text_in_a_declared_charset_becomes_utf8(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer("Käse".encode("iso-8859-1"), "text/plain; charset=ISO-8859-1")
    assert fetcher.fetch(site.root).data.decode("utf-8-sig") == "Käse"
    site.answers["/"] = answer(b"xn--kse", "text/plain; charset=punycode")
    assert fetcher.fetch(site.root).data == b"xn--kse"


@pytest.mark.parametrize(("kind", "named"), [("image/png", "(image/png)"), (None, "(unnamed)"), ("<b>/x", "(unnamed)")])
def test_other_types_are_refused_by_name(site: Site, fetcher: Fetcher, kind: str | None, named: str) -> None:
    site.answers["/"] = answer(b"x", kind)
    assert named in refusal(fetcher, site.root)


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_other_statuses_are_named(site: Site, fetcher: Fetcher, status: int) -> None:
    site.answers["/"] = answer(status=status)
    assert f"the page answered {status};" in refusal(fetcher, site.root)


def test_redirects_are_followed_to_the_final_address(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(status=301, Location="/b?x=1#y")
    site.answers["/b?x=1"] = answer(b"Here", "text/plain")
    assert fetcher.fetch(site.root).url == f"{site.root}/b?x=1"


def test_redirect_loop_is_refused(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(status=302, Location="/")
    assert "redirects too many times" in refusal(fetcher, site.root)
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://inside.example/", "private network"),
        ("http://169.254.169.254/latest/meta-data", "private network"),
        ("http://[::1]/", "private network"),
        ("http://2130706433/", "not a usual web address"),
        ("http://u:p@clinic.example/", "user name or password"),
        ("file:///etc/passwd", "only http and https"),
        ("http://clinic.example:22/", "port 22"),
        ("http://clinic.example:999999/", "port 999999"),
    ],
)
def test_every_redirect_is_judged_from_the_start(site: Site, fetcher: Fetcher, target: str, reason: str) -> None:
    site.answers["/"] = answer(status=307, Location=target)
    assert reason in refusal(fetcher, site.root)
    assert len(site.asked) == 1


def test_tls_is_verified_for_the_name_and_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.Request] = []

    def downgrade(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "http://clinic.example/"}, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", downgrade)
    with Fetcher(lambda host, port: ["93.184.215.14"]) as fetcher:
        assert "unencrypted" in refusal(fetcher, "https://clinic.example/")
    [request] = asked
    assert (str(request.url), request.headers["Host"]) == ("https://93.184.215.14/", "clinic.example")
    assert request.extensions["sni_hostname"] == "clinic.example"


def test_one_private_answer_refuses_the_page(site: Site) -> None:
    asked: list[tuple[str, int]] = []

    def mixed(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["93.184.215.14", "192.168.1.1"]

    with Fetcher(mixed) as fetcher:
        assert "private network" in refusal(fetcher, "https://clinic.example/")
    assert asked == [("clinic.example", 443)]


def test_a_name_is_resolved_once_and_the_checked_address_is_used(site: Site) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.answers["/"] = answer(b"Here", "text/plain")
    with Fetcher(lambda host, port: next(answers), only_loopback, timeout_seconds=5) as fetcher:
        assert fetcher.fetch(site.root).data == b"Here"
        assert "private network" in refusal(fetcher, site.root)


def test_the_next_address_is_tried_when_one_does_not_answer(site: Site) -> None:
    site.answers["/"] = answer(b"Here", "text/plain")
    with Fetcher(lambda host, port: ["::1", "127.0.0.1"], lambda address: address.is_loopback) as fetcher:
        assert fetcher.fetch(site.root).data == b"Here"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "017700000001", "0177.0.0.1"),
        *("127.1", "127.0.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "0"),
        *(
            "[64:ff9b::7f00:1]",
            "[fe80::1%25eth0]",
            "127。0。0。1",
            "\uff11\uff12\uff17.0.0.1",
            "[::]",
            "0.0.0.0",
            "8.8.8.8.",
            "134744072",
        ),
    ],
)
def test_odd_spellings_of_addresses_are_refused(host: str) -> None:
    with Fetcher(timeout_seconds=5) as fetcher:
        reason = refusal(fetcher, f"http://{host}/")
    assert "private network" in reason or "not a usual web address" in reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://user:secret@clinic.example/", "user name or password"),
        ("http://user@clinic.example/", "user name or password"),
        ("ftp://clinic.example/", "only http and https"),
        ("clinic.example", "only http and https"),
        ("http://", "not a usual web address"),
        ("http:///path", "not a usual web address"),
        ("http://clinic.example:25/", "port 25"),
        ("http://clinic.example./", "not a usual web address"),
        ("http://clinic.example:1:2/", "not a usual web address"),
    ],
)
def test_addresses_that_are_not_asked_for(fetcher: Fetcher, url: str, reason: str) -> None:
    found = refusal(fetcher, url)
    assert reason in found and "secret" not in found


def test_unknown_names_are_said_to_be_unknown() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("[Errno -2] Name or service not known")

    with Fetcher(unknown) as fetcher:
        assert refusal(fetcher, "http://clinic.example/").startswith("no such site was found")


def test_closed_port_is_unreachable(site: Site, fetcher: Fetcher) -> None:
    site.server.socket.close()
    assert "could not be reached" in refusal(fetcher, site.root)


@pytest.mark.parametrize("opening", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
def test_endless_dribble_is_cut_in_headers_and_body(site: Site, opening: bytes) -> None:
    def dribble(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(opening or b"HTTP/1.1 200 OK\r\nX: ")
        while not site.closing.wait(0.02):
            handler.wfile.write(b"x")

    site.answers["/"] = dribble
    started = time.monotonic()
    with Fetcher(resolve, only_loopback, timeout_seconds=0.4) as fetcher:
        assert "took too long" in refusal(fetcher, site.root)
    assert time.monotonic() - started < 2


def test_slow_name_lookup_counts() -> None:
    release = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        release.wait(10)
        raise OSError

    with Fetcher(slow, timeout_seconds=0.1) as fetcher:
        assert "took too long" in refusal(fetcher, "http://clinic.example/")
    release.set()


def test_large_pages_are_cut(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(bytes(100_001), "text/plain")
    assert "larger than" in refusal(fetcher, site.root)
    site.answers["/"] = answer(b"x" * 100_000, "text/plain")
    assert len(fetcher.fetch(site.root).data) == 100_000


def test_gzip_is_unpacked_and_a_bomb_is_cut(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(gzip.compress(b"Here"), "text/plain", Content_Encoding="gzip")
    assert fetcher.fetch(site.root).data == b"Here"
    site.answers["/"] = answer(gzip.compress(bytes(50 * 2**20)), "text/plain", Content_Encoding="gzip")
    assert "larger than" in refusal(fetcher, site.root)


@pytest.mark.parametrize("data", [gzip.compress(b"Here")[:-4], b"not gzip"])
def test_broken_gzip_is_named(site: Site, fetcher: Fetcher, data: bytes) -> None:
    site.answers["/"] = answer(data, "text/plain", Content_Encoding="gzip")
    assert "did not arrive whole" in refusal(fetcher, site.root)


def test_cut_off_page_is_named(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = answer(b"Half", "text/plain", Content_Length="100", Connection="close")
    site.server.daemon_threads = True
    assert "did not arrive whole" in refusal(fetcher, site.root)


@pytest.mark.parametrize("encoding", ["zstd", "gzip, gzip"])
def test_other_packings_are_refused(site: Site, fetcher: Fetcher, encoding: str) -> None:
    site.answers["/"] = answer(b"x", "text/plain", Content_Encoding=encoding)
    assert "packed in a way" in refusal(fetcher, site.root)


def test_cookies_are_not_kept(site: Site, fetcher: Fetcher) -> None:
    seen: list[str | None] = []
    site.answers["/"] = lambda handler: (seen.append(handler.headers["Cookie"]), answer(Set_Cookie="a=b")(handler))[1]
    fetcher.fetch(site.root)
    fetcher.fetch(site.root)
    assert seen == [None, None]


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.31.0.1"),
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::8.8.8.8", "100::1", "64:ff9b:1::808:808", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "2001:db8::1", "2001:2::1", "2001:10::1", "2001::1", "3fff::1", "5f00::1"),
        *("2606:4700::1%eth0", "2002:7f00:1::", "::ffff:0:127.0.0.1", "4000::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


PRIVATE = st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]).flatmap(
    lambda block: st.integers(int(IPv4Network(block)[0]), int(IPv4Network(block)[-1]))
)
WRAPPINGS: dict[str, Callable[[int, int], int]] = {
    "mapped": lambda inside, _: 0xFFFF << 32 | inside,
    "compatible": lambda inside, _: inside,
    "translated": lambda inside, _: 0xFFFF << 48 | inside,
    "nat64": lambda inside, _: 0x64FF9B << 96 | inside,
    "local nat64": lambda inside, other: 0x64FF9B0001 << 80 | (other & 0xFFFF) << 64 | inside,
    "6to4": lambda inside, other: 0x2002 << 112 | inside << 80 | other,
    "teredo client": lambda inside, other: 0x20010000 << 96 | (other & 0xFFFFFFFF) << 64 | inside ^ 0xFFFFFFFF,
    "teredo server": lambda inside, other: 0x20010000 << 96 | inside << 64 | other,
    "isatap": lambda inside, other: 0x26064700 << 96 | (other & 0xFFFFFFFF) << 64 | 0x00005EFE << 32 | inside,
    "global isatap": lambda inside, other: 0x26064700 << 96 | (other & 0xFFFFFFFF) << 64 | 0x02005EFE << 32 | inside,
}


@given(PRIVATE, st.integers(0, 2**64 - 1), st.sampled_from(sorted(WRAPPINGS)))
def test_a_wrapped_private_address_is_never_public(inside: int, other: int, wrapping: str) -> None:
    assert not is_public(IPv4Address(inside))
    assert not is_public(IPv6Address(WRAPPINGS[wrapping](inside, other)))


def test_links_stay_on_the_site_and_out_of_menus() -> None:
    html = """<nav><a href="/menu">m</a></nav><header><a href="/head">h</a></header>
      <a href="b">1</a><a href="/c?x=1#part">2</a><a href="#top">3</a><a href="b#again">4</a>
      <a href="https://www.clinic.example/d">5</a><a href="//clinic.example">6</a><a href="https://other.example/">7</a>
      <a href="mailto:a@clinic.example">8</a><a href="javascript:x()">9</a><a href="http://[bad/">10</a><a>11</a>
      <a href="https://clinic.example.evil.example/">12</a><a href="https://clinic.example:8443/">13</a>
      <footer><a href="/foot">f</a></footer>"""
    assert links(Page("https://clinic.example/a/", "text/html", html.encode())) == [
        "https://clinic.example/a/b",
        "https://clinic.example/c?x=1",
        "https://clinic.example/a/",
        "https://www.clinic.example/d",
        "https://clinic.example/",
    ]


def test_links_follow_the_page_s_base() -> None:
    html = b'<base href="/deep/"><a href="x">1</a>'
    assert links(Page("https://www.clinic.example/a", "text/html", html)) == ["https://www.clinic.example/deep/x"]


def test_only_html_has_links() -> None:
    assert links(Page("https://clinic.example/", "text/plain", b'<a href="/x">')) == []
