"""Bytes from anywhere to a verified local file."""
