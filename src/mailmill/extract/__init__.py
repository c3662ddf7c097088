"""Messages in, findings and records out; pure code, no network."""
