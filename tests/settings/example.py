"""The example settings of the project, and ways to vary them."""

from __future__ import annotations

from pathlib import Path

from daemon.errors import Invalid
from daemon.settings import Settings, load

EXAMPLE = Path(__file__).parents[2] / "settings.toml"
SECRETS = {
    "RECONCILED_PRACTICES__RIVERSIDE__PROVET__CLIENT_SECRET": "provet-secret",
    "RECONCILED_PRACTICES__RIVERSIDE__XERO__CLIENT_SECRET": "xero-secret",
}
MINIMAL = """
[practices.riverside]
name = "Riverside Vets"
start_date = 2026-01-01
timezone = "Europe/London"
currency = "GBP"
[practices.riverside.provet]
base_url = "https://provetcloud.com/54321/api/0.1/"
token_url = "https://provetcloud.com/54321/oauth2/token/"
client_id = "..."
xero_payment_type = 17
[practices.riverside.xero]
base_url = "https://api.xero.com/api.xro/2.0/"
token_url = "https://identity.xero.com/connect/token"
tenant_id = "..."
client_id = "..."
[practices.riverside.tax]
"20" = "OUTPUT2"
"0" = "ZERORATEDOUTPUT"
[practices.riverside.accounts]
default = "200"
"""


def edited(*edits: tuple[str, str]) -> str:
    """The example with pieces replaced; each piece must be there."""
    text = EXAMPLE.read_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def settings_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text)
    return load(path, SECRETS if environ is None else environ)


def problems_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    """The lines that loading such a file gives; none when it loads."""
    try:
        settings_of(folder, text, environ)
    except Invalid as invalid:
        return invalid.problems
    return ()
