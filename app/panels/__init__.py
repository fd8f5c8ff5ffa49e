"""One panel per file. A panel shows a model, tells intents by signals, reads no file, knows no engine."""
