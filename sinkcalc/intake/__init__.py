"""From a bureau's file to checked stands and quarantined rows."""
