"""Accelerators: one file for each source that can tell of them, and none of them imports a framework."""
