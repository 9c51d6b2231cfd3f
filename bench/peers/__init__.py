"""The same rules in several engines: identical results first, then time."""
