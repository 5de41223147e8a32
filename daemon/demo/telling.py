"""The chapters of the story in their order."""

from __future__ import annotations

from daemon.demo.corrected import corrected
from daemon.demo.decision import approval, left_to_a_person
from daemon.demo.drift import make_drift
from daemon.demo.first import before, first_comparison, release
from daemon.demo.proof import proof
from daemon.demo.story import Story


async def tell(story: Story) -> None:
    """Tell it all. Raises ``Untrue`` at the first statement that does not hold, ``ReconError`` if it cannot be told."""
    story = await before(story)
    await first_comparison(story)
    await release(story)
    drift = await make_drift(story)
    await corrected(story, drift)
    await left_to_a_person(story, drift)
    await approval(story, drift)
    await proof(story, drift)
