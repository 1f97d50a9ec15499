"""The simulated city: stand files to try the program on, with known totals and known faults."""
