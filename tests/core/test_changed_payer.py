"""What assessments say when the payer of a document, or a payer's contact, is another one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    allocation,
    booked,
    client,
    contact,
    contact_link,
    credit_note,
    document_link,
    family,
    invoice,
    kinds,
    learned,
    only,
    paid,
    steps,
    with_changed,
    xero_paid,
)
from tests.core.situations import in_step

PAID = learned(in_step(paid("5", "20"), xero_paid("a", "20", note="Provet payment 5")))


def bea(**fields: Any) -> Any:
    return client("13", **{"name": "Bea Lund", "first_name": "Bea", "last_name": "Lund", "email": "", **fields})


@pytest.mark.parametrize(
    ("others", "fields", "does", "cause"),
    [
        pytest.param((bea(), contact_link("13", "contact-13")), {}, ["UpdateDocument"], None, id="has a contact"),
        pytest.param((bea(),), {}, ["CreateContact", "UpdateDocument"], None, id="has none yet"),
        pytest.param(
            (bea(),), {"held_contacts": {"13": "undecided"}}, None, "undecided", id="which contact is not decided"
        ),
    ],
)
def test_another_payer_in_provet(
    others: tuple[Any, ...], fields: dict[str, Any], does: list[str] | None, cause: str | None
) -> None:
    seen = in_step()
    more = {
        "contacts": tuple(o for o in others if not hasattr(o, "kind")),
        "links": tuple(o for o in others if hasattr(o, "kind")),
    }
    documents = with_changed(seen, "1", contact_id="13", contact_name="Bea Lund").documents
    without_ada = tuple(link for link in seen.links if link.provet_id != "12")
    finding = only(family(*documents, contacts=more["contacts"], links=(*without_ada, *more["links"]), **fields))
    assert (finding.kind, finding.cause) == ("invoice.changed_in_provet", cause)
    assert (steps(finding) if finding.options else None) == does
    assert [(f.provet, f.baseline, f.xero) for f in finding.fields] == [("Bea Lund", "client 12", "Ada Quinn")]


def test_another_payer_on_a_paid_document_is_edited_in_place() -> None:
    seen = with_changed(PAID, "1", contact_id="13")
    finding = only(
        family(*seen.documents, *seen.payments, contacts=(bea(),), links=(*seen.links, contact_link("13", "c")))
    )
    assert (finding.policy, steps(finding)) == (Policy.PERSON, ["UpdateDocument"])


def test_another_payer_on_a_credited_document_is_posted_anew() -> None:
    note = booked(credit_note(), allocations=(allocation("50"),))
    seen = learned(
        family(
            invoice(), booked(invoice(), credited=Decimal(50)), credit_note(), note, document_link(), document_link("2")
        )
    )
    changed = with_changed(seen, "1", contact_id="13")
    finding = assess(
        family(*changed.documents, contacts=(bea(),), links=(*changed.links, contact_link("13", "c"))), RULES
    ).findings[0]
    assert steps(finding) == ["Deallocate", "VoidDocument", "CreateDocument"]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(family(invoice(), booked(invoice()), client()), id="client linked to none yet"),
        pytest.param(
            family(
                *in_step().documents,
                *(link for link in in_step().links if link.provet_id != "12"),
                contacts=(client(),),
            ),
            id="client unlinked",
        ),
        pytest.param(
            family(
                *with_changed(in_step(), "x-1", contact_id="b").documents,
                links=in_step().links,
                contacts=(client(), contact(archived=True, merged_into="b"), contact("b")),
            ),
            id="contact merged, not followed yet",
        ),
        pytest.param(
            family(
                *with_changed(in_step(), "x-1", contact_id="c").documents,
                links=in_step().links,
                contacts=(client(), contact(merged_into="b"), contact("b", merged_into="c"), contact("c")),
            ),
            id="merged twice",
        ),
        pytest.param(
            family(
                *with_changed(in_step(), "x-1", contact_id="b").documents,
                links=(
                    *(li for li in in_step().links if li.provet_id == "1"),
                    contact_link("11", "b"),
                    contact_link("12", "b"),
                ),
            ),
            id="two clients share the merged contact",
        ),
        pytest.param(
            family(
                *in_step().documents,
                links=(*(li for li in in_step().links if li.provet_id == "1"), contact_link("12", "new")),
            ),
            id="client linked to another contact",
        ),
    ],
)
def test_moves_of_contacts_change_no_document(seen: Family) -> None:
    assert kinds(assess(seen, RULES)) == []


def test_merges_in_a_circle_do_not_hang() -> None:
    around = (client(), contact(merged_into="b"), contact("b", merged_into=ADA_CONTACT))
    seen = with_changed(in_step(), "x-1", contact_id="elsewhere")
    assert only(family(*seen.documents, links=seen.links, contacts=around)).kind == "invoice.changed_in_xero"
