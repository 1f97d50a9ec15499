"""From the errors of parameters to the errors of sums."""
