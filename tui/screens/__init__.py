"""Screens: they draw state and send what the operator intends. None of them decides anything."""
