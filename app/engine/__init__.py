"""Workers around ``core``: each owns its thread, takes frozen requests and answers with signals."""
