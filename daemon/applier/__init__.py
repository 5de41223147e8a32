"""Carries approved corrections out, exactly once: intent, request, outcome, each durable before the next."""
