"""Receipts: purchases, invoices, refunds and shipping notices, with evidence."""
