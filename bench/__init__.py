"""Measures Mailmill against notmuch and mu on the same mails: ``make bench``, or ``python -m bench --help``."""
