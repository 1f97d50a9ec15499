"""Stands that reach every branch of the models: every class, measure and kind of tree record."""

from sinkcalc.vocabulary import SPECIES

# species whose row stands for itself, for a group, or for the default
ARBOR = tuple(s for s in SPECIES if s not in ("moso_bamboo", "other_bamboo"))
WITHOUT_VOLUME = (
    ("masson_pine", "natural", "middle"),
    ("chinese_fir", "planted", "young"),
    ("cypress", "natural", "over_mature"),
    ("sassafras", "planted", None),
    ("schima", None, None),
    (None, "natural", "mature"),
    (None, None, None),
)
TREES = (
    # stems per ha, dbh cm, height m, crown length m: measured, above the tree, not recorded
    ("900", "14.5", "9.0", "4.1"),
    ("1200", "11.0", "8.5", "9.9"),
    ("700", "18.5", "12.0", None),
)


def stands_of_every_kind(regions: tuple[str, ...] = ("330102", "330111")) -> list[tuple]:
    """Return stands as `StandWords`; each has another area and volume, so that none cancel."""
    out: list[tuple] = []
    for place, region in enumerate(regions):

        def size(number: int, place: int = place) -> str:
            return f"{200 + 37 * number + 11 * place}.5"

        def volume(number: int, place: int = place) -> str:
            return f"{(200 + 37 * number + 11 * place) * (8 + 9 * (number % 13))}.25"

        for number, species in enumerate((*ARBOR, None)):
            given = (region, "arbor", size(number), species, "natural", "middle", volume(number))
            out.append(given)
            tree = TREES[number % 3]
            out.append((*given[:2], size(number + 40), *given[3:], None, None, *tree))
            # a tree record serves without a volume, too
            out.append((*given[:2], size(number + 80), *given[3:6], None, None, None, *tree))
        out.append((region, "arbor", size(3), "oak", "natural", "young", "0"))
        for number, keys in enumerate(WITHOUT_VOLUME):
            out.append((region, "arbor", size(number), *keys))
        for number, species in enumerate(("moso_bamboo", "other_bamboo")):
            bamboo = (region, "bamboo", size(number), species, "natural", None, None)
            culms = str(600_000 + 1000 * number + place)
            out.append((*bamboo, culms))
            out.append((*bamboo, None))
            out.append((*bamboo, "0"))
            out.append((*bamboo, culms, None, None, "9.5", "12.0", "5.5"))
            out.append((*bamboo, culms, None, None, "10.5", "13.0", None))
        for number, kind in enumerate(
            ("economic", "special_shrub", "other_shrub", "unestablished", "non_forest")
        ):
            out.append((region, kind, size(number), None, "planted", None, None, None, "12.5"))
        out.append((region, "sparse", size(5), "masson_pine", "natural", None, "800"))
        out.append((region, "scattered", size(6), None, None, None, None, None, "31.5"))
        out.append((region, "scattered", size(7), "camphor", None, None, "90", None, "31.5"))
    return out
