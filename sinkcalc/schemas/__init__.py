"""Typed frames that pass between the rooms; every column with its unit."""
