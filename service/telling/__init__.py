"""Telling others: events, and the webhooks that they are sent to."""
