"""The mailbox simulator: any mailbox from a seed, with the truth beside it."""
