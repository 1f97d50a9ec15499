"""Files of a new carbon project."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sinkcalc.coefficients.packs import load_pack
from sinkcalc.errors import Lang, UsageProblem
from sinkcalc.pipeline.ccer_symbols import optional_pools
from sinkcalc.report.ccer_template import PARCELS_FILE, parcels_template, project_template


@dataclass(frozen=True)
class NewProject:
    """What is written: path -> content."""

    files: dict[Path, bytes]


def new_project(
    path: Path, methodology: str, start: date, lang: Lang, *, parcels: bool, force: bool
) -> NewProject:
    """Make the file of a project, and an empty workbook of its parcels beside it.

    Parameters
    ----------
    start
        First day of the project.
    parcels
        Whether the workbook is made too.
    force
        Whether files that are there are replaced.

    Raises
    ------
    UsageProblem
        If there is no such methodology, the name is no TOML file, or a file is there already.
    """
    if path.suffix.lower() != ".toml":
        raise UsageProblem(
            zh=f"{path}:项目文件的名称以 .toml 结尾", en=f"{path}: a project file ends in .toml"
        )
    pack = load_pack(methodology)
    name = re.sub(r"[^\w.-]", "-", path.stem).lstrip("-.") or "project"
    text = project_template(pack, optional_pools(pack), name, start, lang)
    files = {path: text.encode()}
    if parcels:
        files[path.with_name(PARCELS_FILE)] = parcels_template(lang)
    there = [each for each in files if each.exists()]
    if there and not force:
        raise UsageProblem(
            zh=f"{there[0]} 已存在,没有改动;换一个名称,或用 --force 覆盖",
            en=f"{there[0]} is there already and was not touched: choose another name, or replace "
            "it with --force",
        )
    return NewProject(files)
