"""Mailboxes in, batches of raw messages out."""
