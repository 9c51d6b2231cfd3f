"""Regulators' own worked examples, and how far we agree with them."""
