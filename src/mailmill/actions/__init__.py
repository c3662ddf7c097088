"""What a user may ask for: checks the rules, writes and enqueues, in one transaction."""
