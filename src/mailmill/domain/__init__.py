"""Plain frozen dataclasses and rules; the standard library only, no I/O."""
