"""The control socket: operators' requests in, answers and the live feed out. It decides nothing."""
