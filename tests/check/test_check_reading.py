"""What a check asks of both systems, and what it says when they refuse."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from daemon.sandbox.provet.config import Permission
from daemon.sandbox.xero.config import GRANTED_SCOPES
from tests.check.premises import Premises, premises, texts


@pytest.fixture
def clinic(tmp_path: Path) -> Premises:
    return premises(tmp_path)


def deny_in_provet(clinic: Premises, *permissions: Permission) -> None:
    system = clinic.world.hosts["provet"].system
    system.config = dataclasses.replace(system.config, denied=frozenset(permissions))


async def test_a_sound_set_up_has_no_errors_and_nothing_is_written(clinic: Premises) -> None:
    problems = await clinic.check()
    assert texts(problems) == []
    for name in ("provet", "xero"):
        log = clinic.world.hosts[name].log
        assert log.entries(writes_only=True) == []
        assert {entry.method for entry in log.entries()} == {"GET", "POST"}
        assert all("token" in entry.path for entry in log.entries() if entry.method == "POST")


async def test_wrong_secrets_of_both_systems_are_named_at_once(clinic: Premises) -> None:
    for system in ("provet", "xero"):
        secret = clinic.file.with_name(f"{clinic.file.name}.secrets") / f"practices__riverside__{system}__client_secret"
        secret.write_text("another")
    clinic.reload(str)
    found = texts(await clinic.check())
    assert [text.partition(" cannot be used: ")[0] for text in found] == ["Provet", "Xero"]
    assert all("invalid_client" in text for text in found)


async def test_an_address_where_nobody_listens_is_an_error(clinic: Premises) -> None:
    clinic.reload(lambda text: text.replace("http://127.0.0.1:8002", "http://127.0.0.1:8009"))
    assert [text.startswith("Xero cannot be used") for text in texts(await clinic.check())] == [True]


async def test_a_disconnected_app_is_one_error(clinic: Premises) -> None:
    clinic.world.hosts["xero"].system.identity.disconnect()
    assert texts(await clinic.check()) == ["the Xero app is not connected to the organisation of tenant_id"]


async def test_another_tenant_is_named_with_those_that_are_connected(clinic: Premises) -> None:
    tenant = clinic.settings.practices["riverside"].xero.tenant_id
    clinic.reload(lambda text: text.replace(tenant, "00000000-0000-4000-8000-000000000000"))
    (problem,) = [problem for problem in await clinic.check() if problem.level == "error"]
    assert tenant in problem.mend


async def test_a_scope_that_the_app_lacks_is_an_error(clinic: Premises) -> None:
    system = clinic.world.hosts["xero"].system
    scopes = " ".join(scope for scope in GRANTED_SCOPES.split() if "payments" not in scope)
    system.identity._config = dataclasses.replace(system.config, scopes=scopes)
    assert ["invalid_scope" in text for text in texts(await clinic.check())] == [True]


@pytest.mark.parametrize(
    ("permission", "resource", "level"),
    [
        (Permission.CLIENTS, "client", "error"),
        (Permission.INVOICES, "invoicepayment", "error"),
        (Permission.ITEMS, "item", "warning"),
        (Permission.DEPARTMENT_SETTINGS, "settings/department", "warning"),
        (Permission.SETTINGS, "paymentmethod", "warning"),
    ],
)
async def test_a_missing_permission_of_provet(
    clinic: Premises, permission: Permission, resource: str, level: str
) -> None:
    deny_in_provet(clinic, permission)
    found = texts(await clinic.check(), level)
    assert any(text.startswith(f"Provet does not let the integration read {resource}") for text in found)


async def test_a_rotating_token_is_not_spent(clinic: Premises) -> None:
    secret = clinic.file.with_name(f"{clinic.file.name}.secrets") / "practices__riverside__xero__refresh_token"
    secret.write_text("first")
    clinic.reload(lambda text: text.replace("concurrent = 5", 'concurrent = 5\ngrant = "authorization_code"'))
    problems = await clinic.check()
    assert texts(problems) == []
    assert any(text.startswith("Xero was not asked") for text in texts(problems, "warning"))
    assert clinic.world.hosts["xero"].log.entries() == []


async def test_a_token_tells_its_scopes(clinic: Premises) -> None:
    access = (await clinic.read())["riverside"].xero.access
    assert access is not None
    assert {"accounting.invoices", "accounting.payments", "accounting.contacts"} <= set(access.scopes or ())
    assert access.unwritable == ()
