"""The one error of the sandbox's shell: something the operator must mend before it can run."""

from __future__ import annotations


class SandboxError(Exception):
    """Says in one line what is wrong and what to do; the command ends with status 2."""
