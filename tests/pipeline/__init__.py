"""The way of the data from files to facts, end to end."""
