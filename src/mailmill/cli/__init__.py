"""Commands; they print the same view of a job that every other surface shows."""
