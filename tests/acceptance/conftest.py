"""Clinics of the acceptance tests.

``ACCEPTANCE_INVOICES=3000`` (with ``--timeout 500``) runs the imports in the size of the promise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.acceptance.rig import Rig, clinic

INVOICES = int(os.environ.get("ACCEPTANCE_INVOICES", "300"))


@pytest.fixture(scope="module")
def big_clinic(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A clinic of full size; a module that wants one with awkward cases parametrises ``tidy`` with False."""
    tidy = getattr(request, "param", True)
    with clinic(tmp_path_factory.mktemp("big"), clients=INVOICES // 6, invoices=INVOICES, tidy=tidy) as rig:
        yield rig


@pytest.fixture(scope="module")
def small_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A tidy clinic of a few documents."""
    with clinic(tmp_path_factory.mktemp("small"), clients=12, invoices=40, tidy=True) as rig:
        yield rig
