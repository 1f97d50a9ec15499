"""A few hundred stands in several counties, for errors that many stands share."""

import numpy as np

COUNTIES = ("330102", "330105", "330106", "330108")
_SPECIES = ("masson_pine", "chinese_fir", "oak", "schima", None)


def city_of_stands(number: int = 400, seed: int = 1, growth: float = 1.0) -> list[tuple]:
    """Return stands as `StandWords`: six of ten with a volume, the rest of the other kinds.

    Parameters
    ----------
    growth
        Factor of all volumes; areas stay.
    """
    rng = np.random.default_rng(seed)
    out: list[tuple] = []
    for place in range(number):
        region = COUNTIES[place % len(COUNTIES)]
        area = f"{rng.lognormal(2, 0.7):.2f}"
        per_ha, culms = rng.uniform(10, 150) * growth, rng.uniform(1500, 4000)
        species, kind = _SPECIES[place % len(_SPECIES)], place % 10
        arbor = (region, "arbor", area, species, "natural", "middle")
        if kind < 6:
            out.append((*arbor, f"{float(area) * per_ha:.1f}"))
        elif kind == 6:
            out.append(arbor)
        elif kind == 7:
            count = str(int(float(area) * culms))
            out.append((region, "bamboo", area, "moso_bamboo", "natural", None, None, count))
        elif kind == 8:
            out.append((region, "economic", area, None, "planted"))
        else:
            out.append((region, "special_shrub", area, None, "natural"))
    return out


def split(stands: list[tuple], parts: int) -> list[tuple]:
    """Cut every stand into equal parts; figures of 4 digits after the point stay exact."""
    out = []
    for region, kind, area, *rest in stands:
        small = [area, *(rest[3:5])]
        cut = [None if figure is None else f"{float(figure) / parts:.4f}" for figure in small]
        figures = [*rest[:3], *cut[1:]]
        out += [(region, kind, cut[0], *figures)] * parts
    return out
