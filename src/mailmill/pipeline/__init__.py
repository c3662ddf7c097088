"""The job handlers: the only place where source, mail, extract and store meet."""
