"""One practice's cycle: take in what changed, judge the families it touches, correct what policy allows."""
