"""``reconciled demo``: both simulated systems, the daemon and the terminal UI together, or one checked story of them.

It stands above everything: it starts the program's own commands and judges them from outside, by what the simulated
systems and the control socket say.
"""

from daemon.demo.command import demo

__all__ = ["demo"]
