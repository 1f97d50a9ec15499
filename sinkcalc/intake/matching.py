"""Which column of a file is which column of the profile."""

import difflib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.kinds import STANDS, TableKind
from sinkcalc.intake.profiles import Profile, profiles_of

# a DBF table keeps this many bytes of a name
_DBF_NAME_BYTES: Final = 10
_SIMILAR: Final = 0.6


@dataclass(frozen=True)
class Understanding:
    """How the columns of one file are understood.

    Attributes
    ----------
    profile
        The profile with the file's own headers; columns the file lacks are left out.
    columns
        `column_name`, `header`, `matched_by` (header, spelling, alias, cut_name, constant,
        absent, not_read), `unit`, `factor`, `code_set`, `proposal`, one row a column.
    """

    profile: Profile
    columns: pl.DataFrame


def match_headers(profile: Profile, headers: list[str]) -> dict[str, tuple[str, str]]:
    """Return header of the profile -> (header of the file, how it was recognised).

    In this order: the same text; a name cut to 10 bytes, in UTF-8 or GBK, as DBF tables do, where
    it is no alias as it stands; the same but for case, underscores, blanks and width of
    characters; an alias. A cut name that may stand for several columns, in this profile or a
    shipped one, stands for none.
    """
    candidates = header_candidates(profile, headers)
    return {header: (names[0], how) for header, (names, how) in candidates.items()}


def header_candidates(profile: Profile, headers: list[str]) -> dict[str, tuple[list[str], str]]:
    """Return header of the profile -> (headers of the file that may be it, how recognised)."""
    found = {name: ([name], "header") for name in profile.headers if name in headers}
    free = [name for name in headers if name not in found]
    aliases = {
        _plain(name) for header in profile.headers for name in profile.aliases.get(header, ())
    }
    for name in list(free):
        # 湿地类 is what it says, not 湿地类型 cut short
        if _plain(name) in aliases:
            continue
        cut_of = [header for header in profile.headers if _may_be_cut(name, header, profile)]
        if (
            len(cut_of) == 1
            and cut_of[0] not in found
            and len(_columns_cut_to(name, profile.kind)) <= 1
        ):
            found[cut_of[0]] = ([name], "cut_name")
            free.remove(name)
    for how, names_of in (("spelling", _own), ("alias", profile.aliases.get)):
        for header in profile.headers:
            known = {_plain(name) for name in names_of(header) or ()}
            alike = [name for name in free if _plain(name) in known]
            if alike and header not in found:
                found[header] = (alike, how)
                free = [name for name in free if name not in alike]
    return found


@cache
def _columns_cut_to(name: str, kind: TableKind) -> frozenset[str]:
    """Return what a cut name may mean in any shipped profile of a table, as stored columns."""
    return frozenset(
        column
        for profile in profiles_of(kind)
        for column, rule in profile.columns.items()
        if _may_be_cut(name, rule.header, profile)
    )


def _own(header: str) -> tuple[str, ...]:
    return (header,)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", "").split())


def _may_be_cut(name: str, header: str, profile: Profile) -> bool:
    for full in (header, *profile.aliases.get(header, ())):
        for codec in ("utf-8", "gb18030"):
            raw = full.encode(codec)
            cut = raw[:_DBF_NAME_BYTES].decode(codec, errors="ignore")
            if len(raw) > _DBF_NAME_BYTES and name.casefold() == cut.casefold():
                return True
    return False


def understand(profile: Profile, headers: list[str], file: Path) -> Understanding:
    """Resolve a profile on one file.

    Raises
    ------
    UsageProblem
        If a needed column is missing (with the nearest header) or is there twice.
    """
    _refuse_ambiguous(header_candidates(profile, headers), file)
    found = match_headers(profile, headers)
    _refuse_repeated(found, headers, file)
    missing = [header for header in profile.required_headers() if header not in found]
    if missing:
        taken = {actual for actual, _ in found.values()}
        raise _missing(profile, missing, [h for h in headers if h not in taken], file)
    names = {header: actual for header, (actual, _) in found.items()}
    columns = {
        column: replace(rule, header=names[rule.header])
        for column, rule in profile.columns.items()
        if rule.header in names and column not in profile.constants
    }
    resolved = replace(
        profile,
        columns=columns,
        id_columns=tuple(names.get(header, header) for header in profile.id_columns),
        id_optional=tuple(names[header] for header in profile.id_optional if header in names),
        needed=(),
        occasions=profile.occasions
        and replace(profile.occasions, header=names.get(profile.occasions.header, "")),
    )
    return Understanding(resolved, _table(profile, found, headers))


def _refuse_ambiguous(candidates: dict[str, tuple[list[str], str]], file: Path) -> None:
    for header, (names, _) in candidates.items():
        if len(names) > 1:
            listed = ", ".join(names)
            raise UsageProblem(
                zh=f"{file.name} 中 {listed} 都可能是 {header},不作猜测;删去或改名多余的列",
                en=f"in {file.name} each of {listed} may be {header}; nothing is guessed: rename "
                "or remove the others",
            )


def _refuse_repeated(found: dict[str, tuple[str, str]], headers: list[str], file: Path) -> None:
    repeats = {name.casefold() for name in headers if name.endswith("__2")}
    twice = [actual for actual, _ in found.values() if f"{actual}__2".casefold() in repeats]
    if twice:
        raise UsageProblem(
            zh=f"{file.name} 中列 {', '.join(twice)} 出现多次,不知取哪一列;请改名或删去多余的列",
            en=f"{file.name} has the column {', '.join(twice)} more than once: rename or remove "
            "the others",
        )


def _missing(profile: Profile, missing: list[str], headers: list[str], file: Path) -> UsageProblem:
    hints = []
    for header in missing:
        near = _nearest(header, headers)
        hints.append(f"{header} → {near}?" if near else header)
    return UsageProblem(
        zh=f"{file.name} 缺少配置 {profile.name} 需要的列:{', '.join(hints)}。"
        "改正表头,或写自己的配置(extends 该配置,在 [aliases] 中给出表头;"
        "整份文件相同的值写在 [constants])",
        en=f"{file.name} lacks columns that profile {profile.name} needs: {', '.join(hints)}. "
        "Correct the header, or write a profile that extends this one and name the header under "
        "[aliases], or a value that is the same in all rows under [constants]",
    )


def _nearest(name: str, known: list[str]) -> str | None:
    """Return the most similar name; letters in another case or with underscores are the same."""
    plain = {_plain(candidate): candidate for candidate in reversed(known)}
    near = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=_SIMILAR)
    return plain[near[0]] if near else None


def _table(profile: Profile, found: dict[str, tuple[str, str]], headers: list[str]) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    named = {rule.header for rule in profile.columns.values()}
    for header in (*profile.id_columns, *profile.id_optional):
        constant = profile.constant_headers.get(header)
        absent = (None, "absent") if constant is None else (f"= {constant}", "constant")
        actual, how = found.get(header, absent)
        rows.append({"column_name": profile.kind.id_column, "header": actual, "matched_by": how})
    if profile.occasions:
        header = profile.occasions.header
        actual, how = found.get(header, (None, "absent"))
        proposal = None if actual else header
        told = {"column_name": "occasion", "header": actual, "matched_by": how}
        rows.append({**told, "proposal": proposal})
    for column, rule in profile.columns.items():
        actual, how = found.get(rule.header, (None, "absent"))
        if column not in profile.constants:
            own = "+".join(f"{code}={word}" for code, word in rule.codes.items())
            rows.append(
                {
                    "column_name": column,
                    "header": actual,
                    "matched_by": how,
                    "unit": rule.unit or None,
                    "factor": rule.factor if rule.unit else None,
                    "code_set": " + ".join(filter(None, [own, rule.code_set])) or None,
                    "proposal": None if actual else rule.header,
                }
            )
    for column, value in profile.constants.items():
        rows.append({"column_name": column, "header": f"= {value}", "matched_by": "constant"})
    taken = {actual for actual, _ in found.values()}
    known = [*named, *(name for names in profile.aliases.values() for name in names)]
    rows += [
        {"header": header, "matched_by": "not_read", "proposal": _nearest(header, known)}
        for header in headers
        if header not in taken
    ]
    schema = {
        **dict.fromkeys(("column_name", "header", "matched_by", "unit"), pl.String),
        "factor": pl.Float64,
        **dict.fromkeys(("code_set", "proposal"), pl.String),
    }
    return pl.DataFrame(rows, schema=schema)


def detect_profile(headers: list[str], file: Path, kind: TableKind = STANDS) -> Profile:
    """Return the shipped profile of a table that fits the file's headers.

    Among several that fit, the one whose `recognised_by` headers are all there is taken.

    Raises
    ------
    UsageProblem
        If none fits, or several do: code sets are declared, never guessed.
    """
    profiles = profiles_of(kind)
    # cut names count only where nothing fits without them
    lacking = {p.name: _lacking(p, headers, cut=False) for p in profiles}
    if all(lacking.values()):
        lacking = {p.name: _lacking(p, headers, cut=True) for p in profiles}
    fits = [profile for profile in profiles if not lacking[profile.name]]
    plain = set(map(_plain, headers))
    told = [p for p in fits if p.recognised_by and set(map(_plain, p.recognised_by)) <= plain]
    if len(told) == 1 or len(fits) == 1:
        return (told or fits)[0]
    if fits:
        listed_zh = ";".join(f"{p.name}({p.title_zh})" for p in fits)
        listed_en = "; ".join(f"{p.name} ({p.title_en})" for p in fits)
        raise UsageProblem(
            zh=f"{file.name} 的表头符合多个配置,代码含义各不相同,不作猜测。用 --profile 指定一个:"
            f"{listed_zh}",
            en=f"the headers of {file.name} fit several profiles whose codes mean different "
            f"things; nothing is guessed. Name one with --profile: {listed_en}",
        )
    near = min(lacking, key=lambda name: len(lacking[name]))
    raise UsageProblem(
        zh=f"{file.name} 不符合任何配置。最接近的是 {near},缺列:{', '.join(lacking[near])}。"
        f"文件的列:{', '.join(headers)}。用 --profile 指定配置名或 TOML 文件",
        en=f"{file.name} fits no profile. Nearest is {near}, which lacks: "
        f"{', '.join(lacking[near])}. Columns of the file: {', '.join(headers)}. "
        "Name a profile or a TOML file with --profile",
    )


def _lacking(profile: Profile, headers: list[str], *, cut: bool) -> list[str]:
    matched = match_headers(profile, headers)
    usable = {header for header, (_, how) in matched.items() if cut or how != "cut_name"}
    return [header for header in profile.required_headers() if header not in usable]


def known_names(profile: Profile | None, kind: TableKind = STANDS) -> Callable[[str], bool]:
    """Tell whether a text is a column name of the profile, or of any shipped one of the table."""
    profiles = (profile,) if profile else profiles_of(kind)
    names = {
        _plain(name)
        for each in profiles
        for name in (*each.headers, *(n for others in each.aliases.values() for n in others))
    }
    return lambda text: _plain(text) in names
