"""Tokens: one renewal at a time, the rotated pair durable before use, and a lost answer asked for again."""

from __future__ import annotations

import asyncio
import base64
from urllib.parse import parse_qs

import msgspec
import pytest

from daemon.errors import BadMessage, InDoubt, RateLimited, Unauthorised, Unreachable
from daemon.ports import Request, Response
from daemon.transport.tokens import Credentials, Grant, TokenSource, TokenSources
from tests.transport.scripted import Scripted
from tests.transport.virtual_clock import VirtualClock

SECRET = "s3cr3t-value"
MACHINE = Credentials(token_url="https://id.test/token", client_id="app", client_secret=SECRET, scope="a b")
PERSON = Credentials(
    token_url="https://id.test/token",
    client_id="app",
    client_secret=SECRET,
    grant=Grant.AUTHORIZATION_CODE,
    refresh_token="first",
    consent_url="https://id.test/consent",
)


def issued(access: str, refresh: str = "", life: int = 1800) -> Response:
    body = {"access_token": access, "expires_in": life, "token_type": "Bearer", "refresh_token": refresh}
    return Response(200, {}, msgspec.json.encode(body))


def refused(code: str, status: int = 400) -> Response:
    return Response(status, {}, msgspec.json.encode({"error": code}))


class Vault:
    """Where tokens are kept; ``broken`` makes it refuse."""

    def __init__(self) -> None:
        self.stored: bytes | None = None
        self.broken = False

    async def load(self) -> bytes | None:
        return self.stored

    async def persist(self, tokens: bytes) -> None:
        if self.broken:
            raise OSError("disk full")
        self.stored = tokens


def source(
    exchange: Scripted, clock: VirtualClock, credentials: Credentials = MACHINE, vault: Vault | None = None
) -> TokenSource:
    vault = vault or Vault()
    return TokenSources(exchange, clock).source(credentials, load=vault.load, persist=vault.persist)


def form(request: Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(request.body.decode()).items()}


async def test_client_credentials_go_by_basic_authentication() -> None:
    exchange, clock = Scripted([issued("t1")]), VirtualClock()
    assert await source(exchange, clock).get() == "t1"
    request = exchange.requests[0]
    assert form(request) == {"grant_type": "client_credentials", "scope": "a b"}
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"app:{SECRET}"


async def test_many_callers_cause_one_renewal() -> None:
    exchange, clock = Scripted([issued("t1"), issued("t2")]), VirtualClock()
    tokens = source(exchange, clock)
    assert set(await asyncio.gather(*(tokens.get() for _ in range(20)))) == {"t1"}
    assert len(exchange.requests) == 1


async def test_a_token_is_renewed_two_minutes_before_its_end() -> None:
    exchange, clock = Scripted([issued("t1"), issued("t2")]), VirtualClock()
    tokens = source(exchange, clock)
    await tokens.get()
    clock.now += 1800 - 121
    assert await tokens.get() == "t1"
    clock.now += 2
    assert await tokens.get() == "t2"


async def test_a_rejected_token_is_renewed_once() -> None:
    exchange, clock = Scripted([issued("t1"), issued("t2"), issued("t3")]), VirtualClock()
    tokens = source(exchange, clock)
    await tokens.get()
    tokens.reject("t1")
    assert await tokens.get() == "t2"
    tokens.reject("t1")
    assert await tokens.get() == "t2", "an old rejection does not touch the new token"


async def test_rotation_stores_the_new_pair_before_it_is_used() -> None:
    exchange, clock, vault = Scripted([issued("t1", "second"), issued("t2", "third")]), VirtualClock(), Vault()
    tokens = source(exchange, clock, PERSON, vault)
    vault.broken = True
    with pytest.raises(OSError, match="disk full"):
        await tokens.get()
    vault.broken = False
    assert await tokens.get() == "t2"
    assert [form(request)["refresh_token"] for request in exchange.requests] == ["first", "first"]
    assert vault.stored is not None
    assert b"third" in vault.stored


async def test_a_restart_goes_on_with_the_stored_pair() -> None:
    exchange, clock, vault = Scripted([issued("t1", "second"), issued("t2", "third")]), VirtualClock(), Vault()
    await source(exchange, clock, PERSON, vault).get()
    again = source(exchange, clock, PERSON, vault)
    assert await again.get() == "t1"
    clock.now += 1800
    assert await again.get() == "t2"
    assert form(exchange.requests[1])["refresh_token"] == "second"


async def test_a_new_consent_replaces_the_stored_pair() -> None:
    exchange, clock, vault = Scripted([issued("t1", "second"), issued("t2", "third")]), VirtualClock(), Vault()
    await source(exchange, clock, PERSON, vault).get()
    renewed = Credentials(
        token_url=PERSON.token_url, client_id="app", client_secret=SECRET, grant=PERSON.grant, refresh_token="consent 2"
    )
    assert await source(exchange, clock, renewed, vault).get() == "t2"
    assert form(exchange.requests[1])["refresh_token"] == "consent 2"


async def test_a_lost_answer_is_asked_for_again_with_the_old_token() -> None:
    exchange = Scripted([InDoubt("lost"), Response(503), issued("t1", "second")])
    clock = VirtualClock()
    assert await clock.drive(source(exchange, clock, PERSON).get()) == "t1"
    assert [form(request)["refresh_token"] for request in exchange.requests] == ["first"] * 3


async def test_an_unreachable_token_server_is_no_reason_to_give_up_for_good() -> None:
    exchange, clock = Scripted([Unreachable("no route")] * 4 + [issued("t1")]), VirtualClock()
    tokens = source(exchange, clock)
    with pytest.raises(Unreachable):
        await clock.drive(tokens.get())
    assert await clock.drive(tokens.get()) == "t1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("invalid_grant"), Unauthorised),
        (refused("invalid_client", 401), Unauthorised),
        (refused("<b>not a code</b>"), Unauthorised),
        (Response(302, {"location": "https://evil.test/"}), BadMessage),
        (Response(429, {"retry-after": "9"}), RateLimited),
        (Response(200, {}, b"<html>"), Unreachable),
        (Response(200, {}, b"[" * 100_000), Unreachable),
        (Response(500), Unreachable),
    ],
)
async def test_what_refusals_become(answer: Response, error: type[Exception]) -> None:
    clock = VirtualClock()
    with pytest.raises(error) as caught:
        await clock.drive(source(Scripted([answer]), clock).get())
    assert SECRET not in repr(caught.value)
    assert "not a code" not in str(caught.value)


async def test_an_expired_consent_says_what_to_do() -> None:
    clock = VirtualClock()
    with pytest.raises(Unauthorised) as caught:
        await source(Scripted([refused("invalid_grant")]), clock, PERSON).get()
    assert "connect the app again at https://id.test/consent" in caught.value.hint
    assert "restart" in caught.value.hint


async def test_without_a_refresh_token_nothing_is_sent() -> None:
    exchange, clock = Scripted([issued("t")]), VirtualClock()
    bare = Credentials(token_url="https://id.test/t", client_id="a", client_secret="b", grant=Grant.AUTHORIZATION_CODE)
    with pytest.raises(Unauthorised):
        await source(exchange, clock, bare).get()
    assert exchange.requests == []


def test_apps_share_their_source_and_secrets_stay_out_of_repr() -> None:
    sources = TokenSources(Scripted([issued("t")]), VirtualClock())
    assert sources.source(MACHINE) is sources.source(MACHINE)
    assert SECRET not in repr(MACHINE)
    assert "first" not in repr(PERSON)
