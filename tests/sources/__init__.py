"""Tests of the source adapters: one suite for all, and what is special to each."""
