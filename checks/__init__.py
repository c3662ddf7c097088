"""Rules of the house that no ready-made linter knows; ``python -m checks`` runs them all. Not shipped."""
