"""What views must know of a practice."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.control.views import Place
from daemon.reconciler.engine import Engine


def place_of(engines: Mapping[str, Engine], practice: str) -> Place:
    """A practice's currency, zone and web address; a practice no longer in the settings has none, and UTC."""
    engine = engines.get(practice)
    if engine is None:
        return Place(currency="")
    settings = engine.practice.settings
    return Place(currency=settings.currency, provet_web_url=settings.provet.web_url, zone=settings.timezone)
