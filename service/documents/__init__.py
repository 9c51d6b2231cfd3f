"""Documents for the agreement file: one content, several writers."""
