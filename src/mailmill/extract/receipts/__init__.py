"""Receipts: purchases read from mail, pure."""

from mailmill.extract.receipts.extractor import ReceiptExtractor

__all__ = ["ReceiptExtractor"]
