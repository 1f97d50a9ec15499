"""Simulated borders of counties: blocks that are as large as the counties, not their shapes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sinkcalc.demo.figures import table
from sinkcalc.units import M2_PER_HA

# columns of blocks from west to east, each from south to north
_BLOCKS: Final = (
    ("330127", "330112"),
    ("330182", "330122"),
    ("330111", "330106", "330110"),
    ("330109", "330108", "330102", "330105", "330114", "330113"),
)
# CGCS2000, Gauss-Kruger 3 degree zone about 120 degrees east, in metres
_SYSTEM: Final = "urn:ogc:def:crs:EPSG::4549"
_WEST, _SOUTH, _HEIGHT = 390_000, 3_240_000, 140_000
# corners on straight borders, so that neighbours share them in every projection
_STEP: Final = 5_000
_M2_PER_KM2: Final = 100 * M2_PER_HA


def write_counties(path: Path) -> Path:
    """Write the blocks as GeoJSON, every one with the area of the county's land.

    Every block has `code`, `name` and `simulated`. Areas are those of the demo's parameters.
    """
    names = dict(table("regions").select("region_code", "name_zh").iter_rows())
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": code,
                "name": names[code],
                "simulated": True,
                "note": "模拟的方块,不是真实县界 · simulated block, not the real border",
            },
            "geometry": {"type": "Polygon", "coordinates": [_ring(*block)]},
        }
        for code, block in sorted(_blocks())
    ]
    collection = {
        "type": "FeatureCollection",
        "name": "simulated_counties",
        "crs": {"type": "name", "properties": {"name": _SYSTEM}},
        "features": features,
    }
    path.write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _blocks() -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    """Give code and west, south, east, north of each block in whole metres."""
    rows = table("demo_county").filter(symbol="land").select("region_code", "value")
    land = {str(code): float(value) * _M2_PER_KM2 for code, value in rows.iter_rows()}
    west = float(_WEST)
    for column in _BLOCKS:
        width = sum(land[code] for code in column) / _HEIGHT
        south = float(_SOUTH)
        for code in column:
            north = south + land[code] / width
            yield code, (round(west), round(south), round(west + width), round(north))
            south = north
        west += width


def _ring(west: int, south: int, east: int, north: int) -> list[tuple[int, int]]:
    across, up = _marks(west, east), _marks(south, north)
    return [
        *((x, south) for x in across[:-1]),
        *((east, y) for y in up[:-1]),
        *((x, north) for x in reversed(across[1:])),
        *((west, y) for y in reversed(up)),
    ]


def _marks(first: int, last: int) -> list[int]:
    """Return the ends and the round numbers between them, which neighbours have in common."""
    between = range(first // _STEP * _STEP + _STEP, last, _STEP)
    return [first, *between, last]
