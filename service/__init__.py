"""The HTTP service: thin routes around the engine."""
