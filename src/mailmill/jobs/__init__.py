"""The durable job layer; knows no mail."""
