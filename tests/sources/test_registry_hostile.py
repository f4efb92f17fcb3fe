"""Registries that lie, leak or never end, by a transport in place of the network."""

import base64
from collections.abc import Callable, Iterator

import httpx
import pytest

from hullmark.errors import AccessError, CorruptData, HullmarkError, IntegrityError, LimitExceeded, NotFound, TransportError
from hullmark.settings import Limits
from hullmark.sources.docker_login import StoredLogin
from hullmark.sources.registry import Registry
from tests.sources.archives import digest, image

BASE = "https://registry.test"
MANIFEST = image().manifest
LOGIN = StoredLogin("reader", "a-secret-token")
Answer = Callable[[httpx.Request], httpx.Response]
BLOB = b"0123456789" * 1000


class Endless(httpx.SyncByteStream):
    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.sent += 65536
            yield b"x" * 65536


class Fake(httpx.BaseTransport):
    """httpx.MockTransport answers with bodies that were read already; this one with bodies that are yet to be."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.answer(request)
        if not response.is_stream_consumed:
            return response
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))


class Broken(httpx.SyncByteStream):
    """Some bytes, then a broken connection, or just an end."""

    def __init__(self, data: bytes, *, silently: bool = False) -> None:
        self.data = data
        self.silently = silently

    def __iter__(self) -> Iterator[bytes]:
        yield self.data
        if not self.silently:
            raise httpx.ReadError("broken")


def _registry(answer: Answer, login: StoredLogin | None = LOGIN, base: str = BASE) -> Registry:
    return Registry(base, lambda renew=False: login, Limits(), Fake(answer), pause=lambda _: None)


def _manifest(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=MANIFEST.data, headers={"Content-Type": MANIFEST.media_type})


def _bearer(realm: str = f"{BASE}/token") -> httpx.Response:
    challenge = f'Bearer realm="{realm}",service="registry.test",scope="repository:shop/api:pull,push,delete"'
    return httpx.Response(401, headers={"WWW-Authenticate": challenge})


def test_all_four_kinds_of_manifest_are_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept"].count("application/vnd.") == 4
        assert "Authorization" not in request.headers  # nobody asked for it
        return _manifest(request)

    assert _registry(answer).get_manifest("shop/api", "1").digest == MANIFEST.digest


@pytest.mark.parametrize("login", [LOGIN, None])
def test_a_bearer_token_is_asked_for_with_the_narrowest_scope_and_kept(login: StoredLogin | None) -> None:
    tokens: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            tokens.append(request)
            return httpx.Response(200, json={"token": f"t{len(tokens)}", "expires_in": 60})
        if request.headers.get("Authorization") != "Bearer t1":
            return _bearer()
        return _manifest(request)

    registry = _registry(answer, login)
    for _ in range(3):
        registry.get_manifest("shop/api", "1")
    (asked,) = tokens
    assert dict(asked.url.params) == {"service": "registry.test", "scope": "repository:shop/api:pull"}
    expected = f"Basic {base64.b64encode(b'reader:a-secret-token').decode()}" if login else None
    assert asked.headers.get("Authorization") == expected


def test_a_bearer_token_that_expired_is_renewed() -> None:
    given: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            given.append(f"t{len(given)}")
            return httpx.Response(200, json={"access_token": given[-1]})
        fresh = request.headers.get("Authorization") == f"Bearer {given[-1]}" if given else False
        return _manifest(request) if fresh and len(given) == 2 else _bearer()

    assert _registry(answer).get_manifest("shop/api", "1").digest == MANIFEST.digest
    assert given == ["t0", "t1"]


def test_ecr_says_403_when_a_token_expired() -> None:
    asked: list[bool] = []

    def login(*, renew: bool = False) -> StoredLogin:
        asked.append(renew)
        return StoredLogin("AWS", "new" if renew else "old")

    def answer(request: httpx.Request) -> httpx.Response:
        header = request.headers.get("Authorization", "")
        if not header:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="ecr"'})
        if base64.b64decode(header.removeprefix("Basic ")) == b"AWS:new":
            return _manifest(request)
        body = {
            "errors": [{"code": "DENIED", "message": "Your authorization token has expired. Reauthenticate and try again."}]
        }
        return httpx.Response(403, json=body)

    registry = Registry(BASE, login, Limits(), Fake(answer))
    assert registry.get_manifest("shop/api", "1").digest == MANIFEST.digest
    assert asked == [False, True]


@pytest.mark.parametrize(
    "realm",
    [
        "https://evil.test.example/token",
        "http://registry.test/token",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "",
        "::",
        "https://[::1]/x",
    ],
)
def test_the_password_goes_to_no_other_place(realm: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "registry.test"
        assert request.url.scheme == "https"
        return _bearer(realm)

    with pytest.raises((AccessError, TransportError)) as failure:
        _registry(answer).get_manifest("shop/api", "1")
    assert LOGIN.token not in str(failure.value)


@pytest.mark.parametrize(
    "token", [{}, [], {"token": ""}, {"token": 3}, {"token": "a\r\nX-Evil: 1"}, {"token": "a b"}, {"token": "x" * 20_000}]
)
def test_tokens_that_are_none(token: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=token) if request.url.path == "/token" else _bearer()

    with pytest.raises(AccessError, match="no usable token"):
        _registry(answer).get_manifest("shop/api", "1")


@pytest.mark.parametrize(
    ("status", "error"), [(401, AccessError), (403, AccessError), (404, AccessError), (500, TransportError)]
)
def test_a_login_service_that_refuses(status: int, error: type[HullmarkError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status) if request.url.path == "/token" else _bearer()

    with pytest.raises(error):
        _registry(answer).get_manifest("shop/api", "1")


def test_an_endless_manifest() -> None:
    stream = Endless()
    with pytest.raises(LimitExceeded, match="sends more than the 4194304 bytes"):
        _registry(lambda _: httpx.Response(200, stream=stream)).get_manifest("shop/api", "1")
    assert stream.sent < 5_000_000


def test_an_endless_error() -> None:
    stream = Endless()
    with pytest.raises(NotFound):
        _registry(lambda _: httpx.Response(404, stream=stream)).get_manifest("shop/api", "1")
    assert stream.sent < 1_000_000


@pytest.mark.parametrize("headers", [{}, {"Docker-Content-Digest": f"sha256:{'0' * 64}"}])
def test_a_manifest_of_another_digest(headers: dict[str, str]) -> None:
    asked = "1" if headers else f"sha256:{'0' * 64}"
    with pytest.raises(IntegrityError, match="shop/api"):
        _registry(lambda _: httpx.Response(200, content=MANIFEST.data, headers=headers)).get_manifest("shop/api", asked)


def test_a_manifest_that_breaks_off_is_read_again() -> None:
    streams = [Broken(MANIFEST.data[:50]), Broken(MANIFEST.data, silently=True)]
    registry = _registry(lambda _: httpx.Response(200, stream=streams.pop(0)))
    assert registry.get_manifest("shop/api", "1").digest == MANIFEST.digest


def _links(link: Callable[[int], str]) -> Registry:
    pages: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "registry.test"
        pages.append(1)
        return httpx.Response(200, json={"repositories": [f"a{len(pages)}"]}, headers={"Link": link(len(pages))})

    return _registry(answer)


@pytest.mark.parametrize(
    ("link", "error"),
    [
        (lambda page: f'</v2/_catalog?last=a{page}>; rel="next"', LimitExceeded),
        (lambda page: '</v2/_catalog?n=100>; rel="next"', LimitExceeded),
        (lambda page: '<https://evil.test/v2/_catalog>; rel="next"', CorruptData),
        (lambda page: '<http://registry.test/v2/_catalog>; rel="next"', CorruptData),
        (lambda page: '<http://[>; rel="next"', CorruptData),
    ],
)
def test_lists_that_do_not_end_or_lead_away(link: Callable[[int], str], error: type[HullmarkError]) -> None:
    with pytest.raises(error, match="catalog"):
        _links(link).catalog()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"repositories": 3}', b'{"repositories": [3]}', b"[" * 100_000])
def test_lists_that_are_none(body: bytes) -> None:
    with pytest.raises(CorruptData):
        _registry(lambda _: httpx.Response(200, content=body)).catalog()


def test_redirects_go_without_the_login_and_to_the_registry_with_it() -> None:
    seen: list[tuple[str, bool]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        known = "Authorization" in request.headers
        seen.append((request.url.host, known))
        if request.url.host == "192.0.2.7":
            return httpx.Response(302, headers={"Location": f"{BASE}/direct"})
        if request.url.path == "/direct":
            return httpx.Response(200, content=BLOB)
        if not known:
            return httpx.Response(401, headers={"WWW-Authenticate": "Basic"})
        return httpx.Response(307, headers={"Location": "https://user:pass@192.0.2.7/blob?signature=1"})

    with _registry(answer).open_blob("shop/api", digest(BLOB), len(BLOB)) as stream:
        assert stream.read() == BLOB
    assert seen == [("registry.test", False), ("registry.test", True), ("192.0.2.7", False), ("registry.test", True)]


@pytest.mark.parametrize(
    "target",
    [
        "http://192.0.2.7/blob",
        "https://169.254.169.254/latest/meta-data/iam",
        "https://[fe80::1]/x",
        "https://[fd00:ec2::254]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://0.0.0.0/x",
        "https://2852039166/x",
        "file:///etc/passwd",
        "ftp://192.0.2.7/x",
        "https:///x",
        "http://[",
        "//169.254.169.254/x",
    ],
)
def test_redirects_that_are_not_followed(target: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "registry.test", "a forbidden place was asked"
        return httpx.Response(307, headers={"Location": target})

    with pytest.raises(TransportError, match=r"registry\.test"):
        _registry(answer).open_blob("shop/api", digest(BLOB), len(BLOB))


def test_redirects_without_end() -> None:
    hops: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        hops.append(str(request.url))
        return httpx.Response(307, headers={"Location": f"/v2/hop{len(hops)}"})

    with pytest.raises(TransportError, match="redirects without end"):
        _registry(answer).open_blob("shop/api", digest(BLOB), len(BLOB))
    assert len(hops) == 6


def _resuming(answers: list[httpx.Response], size: int = len(BLOB)) -> bytes:
    ranges: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        ranges.append(request.headers.get("Range", ""))
        return answers.pop(0)

    with _registry(answer).open_blob("shop/api", digest(BLOB), size) as stream:
        return stream.read()


def _part(start: int, end: int = len(BLOB), total: str = str(len(BLOB)), data: bytes = b"") -> httpx.Response:
    return httpx.Response(
        206, content=data or BLOB[start:end], headers={"Content-Range": f"bytes {start}-{end - 1}/{total}"}
    )


@pytest.mark.parametrize("silently", [True, False])
@pytest.mark.parametrize("size", [len(BLOB), -1])
def test_a_resumed_blob_is_whole(silently: bool, size: int) -> None:
    first = httpx.Response(200, stream=Broken(BLOB[:777], silently=silently), headers={"Content-Length": str(len(BLOB))})
    assert _resuming([first, _part(777)], size) == BLOB


def test_a_registry_without_ranges_sends_all_again() -> None:
    whole = {"Content-Length": str(len(BLOB))}
    answers = [
        httpx.Response(200, stream=Broken(BLOB[:777]), headers=whole),
        httpx.Response(200, stream=Broken(BLOB[:500]), headers=whole),
        httpx.Response(200, stream=Broken(BLOB[:900]), headers=whole),
        httpx.Response(200, content=BLOB),
    ]
    assert _resuming(answers) == BLOB


@pytest.mark.parametrize(
    "second",
    [
        _part(778),
        _part(777, total="20000"),
        httpx.Response(416),
        httpx.Response(200, content=BLOB + b"more"),
        httpx.Response(200, stream=Broken(BLOB + b"more", silently=True)),
    ],
)
def test_a_resumed_blob_that_does_not_fit(second: httpx.Response) -> None:
    with pytest.raises(IntegrityError, match="layer sha256"):
        _resuming([httpx.Response(200, stream=Broken(BLOB[:777])), second])


def test_a_blob_that_never_ends() -> None:
    stream = Endless()
    with pytest.raises(IntegrityError, match="more than its 10000 bytes"):
        _resuming([httpx.Response(200, stream=stream)])
    assert stream.sent < 1_000_000


def test_a_digest_that_is_none_is_never_put_into_an_address() -> None:
    with pytest.raises(CorruptData):
        _registry(_manifest).open_blob("shop/api", "../../evil", 1)


def test_an_untrusted_certificate_is_named() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    with pytest.raises(TransportError, match="SSL_CERT_FILE"):
        _registry(answer).catalog()


def test_a_registry_below_a_path_is_asked_there() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/proxy/v2/")
        return _manifest(request)

    _registry(answer, base=f"{BASE}/proxy/").get_manifest("shop/api", "1")
