"""The rules of jobs, shown through the actions layer and the command line."""
