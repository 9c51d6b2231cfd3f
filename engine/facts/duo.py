"""The codes of the Data Use Ontology (DUO) that an arrangement may hold, by the name they have in the vocabulary.

Labels and links are in `rulesets/facts.yaml`; codes of groups of terms and retired codes are left out.
"""

from __future__ import annotations

from typing import Final

USE_LIMITS: Final = {
    "DUO:0000004": "no_restriction",
    "DUO:0000042": "general_research",
    "DUO:0000006": "health_research",
    "DUO:0000007": "disease_research",
    "DUO:0000011": "ancestry_research_only",
    "DUO:0000043": "clinical_care",
    "DUO:0000012": "research_specific",
    "DUO:0000015": "no_methods_research",
    "DUO:0000016": "genetic_studies_only",
    "DUO:0000044": "no_ancestry_research",
    "DUO:0000018": "nonprofit_use_only",
    "DUO:0000045": "nonprofit_organisation_only",
    "DUO:0000046": "noncommercial_use_only",
    "DUO:0000022": "place_limit",
    "DUO:0000026": "user_limit",
    "DUO:0000027": "project_limit",
    "DUO:0000028": "institution_limit",
    "DUO:0000024": "publication_moratorium",
    "DUO:0000025": "time_limit",
    "DUO:0000019": "publication_required",
    "DUO:0000020": "collaboration_required",
    "DUO:0000021": "ethics_approval_required",
    "DUO:0000029": "return_required",
}
# Asked for by users of DUO, which has no code for them.
LOCAL_LIMITS: Final = ("no_reidentification", "acknowledgement")
# What a requester does; never a limit of a data set.
RESEARCH_USES: Final = {
    "DUO:0000031": "method_development",
    "DUO:0000032": "population",
    "DUO:0000033": "ancestry",
    "DUO:0000034": "age_category",
    "DUO:0000035": "gender_category",
    "DUO:0000036": "control_set",
    "DUO:0000037": "biomedical",
    "DUO:0000038": "genetic",
    "DUO:0000039": "drug_development",
    "DUO:0000040": "disease_category",
}


def limit_of(code: str) -> str:
    """Return the vocabulary's name of a code that the checks of an arrangement let through."""
    return USE_LIMITS.get(code, code)
