"""Kills, freezes and outages, in the small size."""
