"""Reviews of agreements: revisions, states, comments, answers, sign-offs and overrides."""
