"""What Provet does not document and the program assumes (docs/reference/provet.md 4.2); mend it here alone."""

from __future__ import annotations

from daemon.core.model import DocumentStatus

PAYMENT_DATE = "payment_date"
"""U-5: the payment's date, read and written."""

DUE_DATE = "due_date"
"""U-16."""

ROW_VAT_GROUP = "vat_group"
"""U-6: a link from the row, if there is one; else the item's group counts where its percentage is the row's."""

ROW_ACCOUNT = "account_number"
ITEM_ACCOUNT = "account_number"
ITEM_VAT_GROUP = "vat_group"
"""U-7: account numbers and VAT groups of rows and items."""

METHOD_CODE = "payment_type"
"""U-8: the code of a payment method in ``/paymentmethod/``."""

PERIOD_LOCK = "financial_period_lock_date"
"""2.12: the first date open for financial events, in ``/settings/department/``."""

PAYMENT_DONE = 3
"""The status sent with a completed payment (2.10)."""

PAYMENT_CANCELLED = frozenset({99})
"""U-4: statuses of a cancelled payment, where it does not show as an added opposite row instead."""

STATUSES = {
    0: DocumentStatus.DRAFT,
    1: DocumentStatus.PENDING,
    2: DocumentStatus.PENDING,
    3: DocumentStatus.FINAL,
    4: DocumentStatus.PENDING,
    99: DocumentStatus.VOID,
}
"""Documented in 2.8; only 3 was ever observed."""

PHONE_TYPE = 1
"""The ``type_code`` of a phone number that the program adds (2.7)."""

CANCEL_BODY = b"{}"
"""What ``cancel_payment`` takes (2.10)."""

LINKS_PER_CALL = 50
"""U-35: ids in one ``invoice__in``."""
