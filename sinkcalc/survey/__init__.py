"""Design-based estimators on any table of plots, and what rests on them."""
