"""Bytes in, messages out; pure."""
