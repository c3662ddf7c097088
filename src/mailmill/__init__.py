"""Mailmill turns mailboxes into facts: durable jobs, one archive, records with evidence."""

__version__ = "0.1.0"
