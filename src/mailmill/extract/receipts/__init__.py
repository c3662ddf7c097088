"""Receipts: purchases, invoices, refunds and shipping notices, with evidence.

``extractor`` reads one mail, ``merge`` makes receipts of its findings, ``join`` makes purchases of receipts.
"""
