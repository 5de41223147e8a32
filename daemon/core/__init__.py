"""The pure core: values in, values out. No asyncio, I/O, clock, randomness or logging in this package."""
