"""What answers become: reads are tried again, writes never, and doubt is told from refusal."""

from __future__ import annotations

import pytest

from daemon.errors import BadMessage, InDoubt, RateLimited, ReconError, Rejected, Unauthorised, Unreachable
from daemon.ports import Request, Response
from daemon.transport.call import Call, Priority
from daemon.transport.caller import Caller
from daemon.transport.network import Network
from daemon.transport.status import Forbidden, Garbled, PageTooLarge, TooLarge, messages_of
from daemon.transport.tokens import Credentials
from tests.transport.scripted import Answer, Scripted
from tests.transport.virtual_clock import VirtualClock

TOKEN = Response(200, {}, b'{"access_token": "tok-1"}')
READ = Call(Request("GET", "https://api.test/v/things/?secret=query"), Priority.POLL, "GET things")
WRITE = Call(Request("PUT", "https://api.test/v/things/?secret=query", {}, b"{}"), Priority.CORRECTION, "PUT things")
SCOPE = {"www-authenticate": 'Bearer error="insufficent_scope"'}


class Scene:
    def __init__(self, *answers: Answer) -> None:
        self.clock = VirtualClock()
        self.exchange = Scripted([TOKEN, *answers])
        network = Network(self.exchange, self.clock)
        credentials = Credentials(token_url="https://id.test/t", client_id="a", client_secret="b")
        budget = network.budgets.provet("https://api.test/", "a", 1)
        self.caller = Caller(self.exchange, self.clock, network.tokens.source(credentials), budget)

    async def read(self) -> Response:
        return await self.clock.drive(self.caller.read(READ, lambda response: response))

    async def write(self) -> Response:
        return await self.clock.drive(self.caller.write(WRITE))

    @property
    def tries(self) -> int:
        return sum(request.url.startswith("https://api.test/") for request in self.exchange.requests)


OK = Response(200, {}, b"ok")


@pytest.mark.parametrize(
    "first",
    [
        Response(503),
        Response(500, {}, b"<html>"),
        Unreachable("no connection"),
        InDoubt("lost"),
        Response(429, {"retry-after": "5"}),
    ],
)
async def test_reads_are_tried_again(first: Answer) -> None:
    scene = Scene(first, OK)
    assert await scene.read() is OK
    assert scene.tries == 2


async def test_a_read_gives_up_after_a_few_tries() -> None:
    scene = Scene(Response(503))
    with pytest.raises(Unreachable):
        await scene.read()
    assert scene.tries == 4
    assert scene.clock.now - 1000 < 60


async def test_a_page_that_does_not_decode_is_read_again() -> None:
    scene = Scene(OK, Response(200, {}, b"better"))

    def decode(response: Response) -> bytes:
        if response.body == b"ok":
            raise Garbled("cut short")
        return response.body

    assert await scene.clock.drive(scene.caller.read(READ, decode)) == b"better"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(400, {}, b'{"Message": "No property"}'), Rejected),
        (Response(404, {"content-type": "text/html"}, b"<html>"), Rejected),
        (Response(403), Forbidden),
        (Response(401, SCOPE), Forbidden),
        (Response(301, {"location": "https://api.test/v/things"}), BadMessage),
        (Response(429, {"retry-after": "70000", "x-rate-limit-problem": "day"}), RateLimited),
        (TooLarge("too large"), PageTooLarge),
    ],
)
async def test_reads_that_are_not_tried_again(answer: Answer, error: type[ReconError]) -> None:
    scene = Scene(answer)
    with pytest.raises(error) as caught:
        await scene.read()
    assert scene.tries == 1
    for text in (str(caught.value), repr(caught.value), repr(caught.value.__cause__)):
        assert "tok-1" not in text
        assert "secret" not in text


async def test_an_expired_token_is_renewed_once() -> None:
    scene = Scene(Response(401), Response(200, {}, b'{"access_token": "tok-2"}'), OK)
    assert await scene.write() is OK
    sent = [request.headers["authorization"] for request in scene.exchange.requests if request.method == "PUT"]
    assert sent == ["Bearer tok-1", "Bearer tok-2"]


async def test_a_token_that_is_never_accepted_needs_a_person() -> None:
    scene = Scene(Response(401), TOKEN, Response(401))
    with pytest.raises(Unauthorised) as caught:
        await scene.write()
    assert caught.value.hint
    assert scene.tries == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (InDoubt("no answer"), InDoubt),
        (TooLarge("too large"), InDoubt),
        (Response(500), InDoubt),
        (Response(502, {}, b"<html>"), InDoubt),
        (Response(408), InDoubt),
        (Unreachable("no connection"), Unreachable),
        (Response(429, {"retry-after": "3"}), RateLimited),
        (Response(403), Unauthorised),
        (Response(302, {"location": "https://evil.test/"}), BadMessage),
    ],
)
async def test_writes_are_never_repeated(answer: Answer, error: type[ReconError]) -> None:
    scene = Scene(answer)
    with pytest.raises(error):
        await scene.write()
    assert scene.tries == 1


@pytest.mark.parametrize("status", [200, 201, 204, 400, 404, 409, 415])
async def test_definite_answers_to_a_write_are_handed_back(status: int) -> None:
    assert (await Scene(Response(status)).write()).status == status


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"client": "no preference"}', ("client: no preference",)),
        (b'{"paid": ["Too much.", "Really."]}', ("paid: Too much.", "paid: Really.")),
        (b'{"non_field_errors": ["No."]}', ("No.",)),
        (b'{"detail": "Not found."}', ("Not found.",)),
        (
            b'{"Message": "A validation exception", "Elements": [{"ValidationErrors": [{"Message": "Not unique."}]}]}',
            ("Not unique.",),
        ),
        (b'{"Type": null, "Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired"}', ("TokenExpired",)),
        (b"<html>", ()),
        (b"", ()),
        (b"[" * 100_000, ()),
    ],
)
def test_messages_of_either_system(body: bytes, expected: tuple[str, ...]) -> None:
    assert messages_of(body) == expected


def test_messages_are_bounded() -> None:
    body = b'{"f": [' + b",".join(b'"%d%s"' % (n, b"x" * 5000) for n in range(100)) + b"]}"
    found = messages_of(body)
    assert len(found) == 20
    assert max(map(len, found)) == 500
