"""Drafts of arrangements from what research already writes down: plans, catalogues, data cards, tags."""

from engine.imports.draft import Draft, Note
from engine.imports.reading import FORMS, import_document

__all__ = ["FORMS", "Draft", "Note", "import_document"]
