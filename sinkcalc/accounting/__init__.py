"""Stocks, changes and targets from what the models give."""
