"""Web pages, fetched without being turned against the clinic's own network."""

import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin

import httpx

from knowledge.errors import SourceError

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ACCEPTED = {kind: kind for kind in ("text/html", "text/plain", "text/markdown", "application/pdf", _WORD)} | {
    "application/xhtml+xml": "text/html"
}
# Not zstd or brotli: only gzip is unpacked here under a strict limit.
_HEADERS = {"User-Agent": "clinic-coach", "Accept": ", ".join(_ACCEPTED), "Accept-Encoding": "gzip"}
_REDIRECTS = {301, 302, 303, 307, 308}
# Some of Python's text codecs (punycode, idna) take quadratic time, and a server names whichever it likes.
_CHARSET = re.compile(r"(iso-?8859|windows-12|cp12|latin|us-ascii|utf-?8|utf-?16|koi8|gb|big5|shift_jis|euc)[\w-]*")
# No host, a last dot, a scope, or 2130706433, 0x7f.1 and 127.1: IP addresses to some programs and names to others.
_ODD_HOST = re.compile(r"|.*\.|.*%.*|(?!\d+(?:\.\d+){3}$)(?:[^:]*\.)?(?:\d+|0x[0-9a-f]*)", re.IGNORECASE)
_ASIDE = ("nav", "header", "footer")
_LINKS_WITHIN_BYTES = 2 * 2**20

# Written out because `is_global` differs between Python 3.11's patch releases. From IANA's special-purpose registries.
_SPECIAL_IPV4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
)
_REFUSED_IPV4 = [IPv4Network(block) for block in _SPECIAL_IPV4.split()]
# All but 2000::/3, and in it what is special. Teredo lies in 2001::/23; no public site is served through it or 6to4.
_SPECIAL_IPV6 = "::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
_REFUSED_IPV6 = [IPv6Network(block) for block in _SPECIAL_IPV6.split()]
_NAT64 = IPv6Network("64:ff9b::/96")

_SLOW = "the page took too long to answer; try again later, or save the page as a file and add that"
_ODD = "this is not a usual web address; copy it from the browser's address bar"

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Page:
    """A page as it was served.

    url: its address after redirects. media_type: "text/html", "application/pdf" and so on. data: the body unpacked;
    text in another charset that the server declared is UTF-8 with a byte-order mark.
    """

    url: str
    media_type: str
    data: bytes


def is_public(address: Address) -> bool:
    """Whether the address lies on the public internet, judged by the IPv4 address inside when one is wrapped."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _REFUSED_IPV4)
    inside = IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None or address in _NAT64:
        return is_public(inside)
    # ISATAP hides the IPv4 address behind 0000:5efe or 0200:5efe, below any prefix.
    if int(address) >> 32 & 0xFDFFFFFF == 0x5EFE and not is_public(inside):
        return False
    return address.scope_id is None and not any(address in block for block in _REFUSED_IPV6)


def _resolve(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Fetcher:
    """Fetches public web pages; every address that a name stands for is checked before anything connects to it.

    timeout_seconds: the wall time for one page, redirects and slow bodies included. max_bytes: after decompression.
    """

    def __init__(
        self,
        resolve: Callable[[str, int], Sequence[str]] = _resolve,
        allowed: Callable[[Address], bool] = is_public,
        timeout_seconds: float = 20.0,
        max_bytes: int = 20 * 2**20,
        max_redirects: int = 5,
    ) -> None:
        self._resolve, self._allowed = resolve, allowed
        self._timeout_seconds, self._max_bytes, self._max_redirects = timeout_seconds, max_bytes, max_redirects
        # The bare transport: a client would keep cookies by IP address, and could hand them to another site there.
        # No connection is kept either, because one that was verified for a site must not carry another site's pages.
        self._transport = httpx.HTTPTransport(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def fetch(self, url: str) -> Page:
        """The page at a public http or https address; raises SourceError with the reason when it cannot be had."""
        outcome: Future[Page] = Future()
        deadline = time.monotonic() + self._timeout_seconds

        def work() -> None:
            try:
                outcome.set_result(self._follow(url, deadline))
            except BaseException as error:
                outcome.set_exception(error)

        # A name look-up cannot be interrupted and a header can arrive a byte at a time, so the caller waits aside.
        threading.Thread(target=work, name="fetch", daemon=True).start()
        try:
            return outcome.result(self._timeout_seconds)
        except TimeoutError:
            raise SourceError(_SLOW) from None

    def _follow(self, given: str, deadline: float) -> Page:
        url = _checked(given)
        for _ in range(self._max_redirects + 1):
            with closing(self._request(url)) as response:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return self._page(url, response, deadline)
                target = _checked(response.headers["location"], str(url))
            if url.scheme == "https" and target.scheme == "http":
                raise SourceError("the page redirects to an unencrypted address; give that one if you trust it")
            url = target
        raise SourceError("the page redirects too many times; give the address where it ends in a browser")

    def _request(self, url: httpx.URL) -> httpx.Response:
        host = url.raw_host.decode("ascii")
        try:
            answers = [ip_address(answer) for answer in self._resolve(host, _port(url))]
        except (OSError, ValueError):
            raise SourceError("no such site was found; check the spelling of the address") from None
        if not all(self._allowed(address) for address in answers):
            raise SourceError("the address leads into a private network; save the page as a file and add that")
        # Longer than the whole page may take, so that it is the waiting caller who says that the page is slow.
        timeout = httpx.Timeout(self._timeout_seconds + 1, connect=self._timeout_seconds / 3)
        for address in answers:
            request = httpx.Request(
                "GET",
                url.copy_with(host=str(address)),
                headers=_HEADERS | {"Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": host, "timeout": timeout.as_dict()},
            )
            try:
                return self._transport.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.HTTPError:
                break
        raise SourceError("the page could not be reached; check that the address opens in a browser")

    def _page(self, url: httpx.URL, response: httpx.Response, deadline: float) -> Page:
        if response.status_code != 200:
            raise SourceError(f"the page answered {response.status_code}; check that the address opens in a browser")
        named = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if named not in _ACCEPTED:
            shown = named if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,80}", named) else "unnamed"
            raise SourceError(f"its type ({shown}) is not read; use a web page, text, PDF or Word (.docx) document")
        try:
            data = self._body(response, deadline)
        except (httpx.HTTPError, zlib.error):
            raise SourceError("the page did not arrive whole; try again later") from None
        if named not in ("application/pdf", _WORD):
            data = _as_utf8(data, response.charset_encoding)
        return Page(str(url), _ACCEPTED[named], data)

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise SourceError("the page is packed in a way that is not read; save it as a file and add that")
        unpack = zlib.decompressobj(wbits=31) if encoding != "identity" else None
        body = bytearray()
        for chunk in response.iter_raw():
            if time.monotonic() > deadline:
                raise SourceError(_SLOW)
            body += unpack.decompress(chunk, self._max_bytes + 1 - len(body)) if unpack else chunk
            if len(body) > self._max_bytes:
                raise SourceError(f"it is larger than {self._max_bytes / 2**20:g} MB; save it in parts and add those")
            if unpack and unpack.eof:
                break
        if unpack and not unpack.eof:
            raise zlib.error
        return bytes(body)


def links(page: Page) -> list[str]:
    """The page's links to other pages of its site, in order and without repeats; menus, headers and footers apart."""
    if page.media_type != "text/html":
        return []
    found = _Links()
    found.feed(page.data[:_LINKS_WITHIN_BYTES].decode("utf-8", "replace"))
    home = _normal(page.url)
    kept: dict[str, None] = {}
    for reference in found.references:
        try:
            target = _normal(reference, found.base, page.url)
        except (httpx.InvalidURL, ValueError):
            continue
        same_site = (target.host.removeprefix("www."), target.port) == (home.host.removeprefix("www."), home.port)
        if target.scheme in ("http", "https") and same_site:
            kept[str(target)] = None
    return list(kept)


class _Links(HTMLParser):
    """Links in one pass: a tree of a hostile page could take minutes to climb."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.base = ""
        self._aside = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        target = dict(attributes).get("href")
        self._aside += tag in _ASIDE
        if tag == "a" and target and not self._aside:
            self.references.append(target)
        if tag == "base" and target and not self.base:
            self.base = target

    def handle_endtag(self, tag: str) -> None:
        self._aside -= tag in _ASIDE and self._aside > 0


def _normal(reference: str, *bases: str) -> httpx.URL:
    """The reference made absolute, without fragment and with "/" for an empty path: one page has one address."""
    for base in bases:
        reference = urljoin(base, reference.strip())
    url = httpx.URL(reference.strip())
    return url.copy_with(raw_path=url.raw_path, fragment=None) if url.host else url


def _checked(reference: str, *bases: str) -> httpx.URL:
    """The address, when it is one that may be asked for; what its host stands for is still to be judged."""
    try:
        url = _normal(reference, *bases)
    except (httpx.InvalidURL, ValueError):
        raise SourceError(_ODD) from None
    if url.scheme not in ("http", "https"):
        raise SourceError("only http and https addresses are read; save the document as a file and add that")
    if url.userinfo:
        raise SourceError("the address holds a user name or password, which is not sent; remove it")
    if _ODD_HOST.fullmatch(url.raw_host.decode("ascii")):
        raise SourceError(_ODD)
    # Below 1024 listen mail, remote login and the like: a page must not be a way to knock on their doors.
    if _port(url) not in (80, 443) and not 1024 <= _port(url) <= 65535:
        raise SourceError(f"port {_port(url)} is not one that web pages use; check the address")
    return url


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _as_utf8(data: bytes, charset: str | None) -> bytes:
    if charset and _CHARSET.fullmatch(charset.lower()):
        with suppress(LookupError, UnicodeError):
            return data.decode(charset).lstrip("\ufeff").encode("utf-8-sig")
    return data
