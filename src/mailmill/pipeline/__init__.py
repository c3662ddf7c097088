"""The job handlers: the only place where source, mail, extract and store meet.

Nothing is imported here: the child processes load ``pipeline.digest`` alone and have to start fast.
"""
