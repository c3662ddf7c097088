"""Tests of Mailmill, by room; the folder ``architecture`` tests the rules of the house itself."""
