"""One scenario for each kind of discrepancy: it happens, is seen, is corrected, and both ledgers are proven."""

import pytest

pytest.register_assert_rewrite("tests.scenarios.kinds.case")
