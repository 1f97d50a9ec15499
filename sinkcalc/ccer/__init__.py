"""Carbon projects of the voluntary scheme: methodologies, eligibility, removals, monitoring."""
