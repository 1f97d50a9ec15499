"""Volume, culms and area to biomass and carbon: pure stages, one pool family a module."""
