"""Decisions that are kept: with their arrangement, their receipt and the law that decided them."""
