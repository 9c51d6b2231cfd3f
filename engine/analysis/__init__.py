"""Many decisions at once: comparisons, matrices of jurisdictions, the effect of reforms and of changed law."""
