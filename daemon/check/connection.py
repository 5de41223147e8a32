"""Whether both systems can be reached, know us, and let us read and write what the program needs."""

from __future__ import annotations

from daemon.check.problems import Findings
from daemon.check.seen import Fault, Seen
from daemon.provet.access import NEEDED, USEFUL
from daemon.settings import PracticeSettings
from daemon.xero.access import XeroAccess

_CREATE = "CreateApprovedInvoice"


def judge_connection(found: Findings, practice: PracticeSettings, seen: Seen) -> None:
    """Credentials, the connection to the organisation, permissions."""
    if seen.provet.fault is not None:
        _fault(found, "Provet", seen.provet.fault)
    _judge_permissions(found, seen.provet.forbidden)
    if seen.xero.fault is not None:
        _fault(found, "Xero", seen.xero.fault)
    if seen.xero.access is not None:
        _judge_access(found, practice, seen.xero.access)


def _fault(found: Findings, system: str, fault: Fault) -> None:
    if fault.unproven:
        found.warn(f"{system} was not asked: {fault.text}", fault.hint)
    else:
        keys = f"{found.key(system.lower())}: base_url, token_url, client_id and client_secret"
        found.error(f"{system} cannot be used: {fault.text}", fault.hint or f"check {keys}")


def _judge_permissions(found: Findings, forbidden: tuple[str, ...]) -> None:
    for resource in forbidden:
        mend = "have the permission added to the integration's permission group in Provet"
        if resource in NEEDED:
            found.error(f"Provet does not let the integration read {resource}", mend)
        else:
            found.warn(f"Provet does not let the integration read {resource}: {USEFUL[resource]}", mend)


def _judge_access(found: Findings, practice: PracticeSettings, access: XeroAccess) -> None:
    if access.tenants is None:
        mend = "grant the scope app.connections if this check shall see it; the organisation itself was asked below"
        found.warn("the Xero app may not list its connections", mend)
    elif not is_connected(practice, access):
        names = ", ".join(access.tenants) or "none"
        mend = f"connect the app to the organisation, or set {found.key('xero', 'tenant_id')} (connected: {names})"
        found.error("the Xero app is not connected to the organisation of tenant_id", mend)
        return
    for resource in access.forbidden:
        found.error(f"the Xero app may not read {resource}", "grant its scope and connect the app again")
    for resource in access.unwritable:
        found.error(f"the Xero app may not write {resource}", "grant the scope that writes them, and connect it again")
    if access.actions.get(_CREATE) is False:
        mend = "have the organisation's plan or the connecting user's role changed in Xero"
        found.error("the Xero organisation does not let the app create approved invoices", mend)


def is_connected(practice: PracticeSettings, access: XeroAccess) -> bool:
    """Whether the practice's organisation may be asked; an app that may not list its connections may still reach it."""
    return access.tenants is None or practice.xero.tenant_id.lower() in access.tenants
