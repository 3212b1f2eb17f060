"""The programs: for each kind of bug one that has it, and its twin that has not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flake8_joinqueue.check import check_source
from flake8_joinqueue.options import Options
from flake8_joinqueue.rules.registry import load
from tests.simulator import Judgement, OutcomeKind, judge
from tests.test_fixtures_judged import AS_THE_RULE_SAYS, BUDGET, how

FOLDER: Final = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Pair:
    """The two programs of a rule."""

    code: str

    @property
    def bad(self) -> Path:
        """The program with the bug."""
        return FOLDER / f"{self.code}_bad.py"

    @property
    def good(self) -> Path:
        """The program without it."""
        return FOLDER / f"{self.code}_good.py"

    @property
    def summary(self) -> str:
        """What is wrong, in the words of the program itself."""
        docstring = next(line for line in self.bad.read_text().splitlines() if '"""' in line)
        return docstring.strip('"')

    @property
    def ends(self) -> str:
        """What happens at the worst when it is run: hangs, dies or loses work."""
        kinds = {outcome.kind for outcome in judged(self.bad).outcomes}
        if OutcomeKind.HANGS in kinds:
            return "hangs"
        return "dies" if OutcomeKind.RAISES in kinds else "loses work"

    @property
    def found(self) -> tuple[set[str], set[str]]:
        """The codes of what this plugin reports in the program with the bug, and in its twin."""
        wanted = Options(also=frozenset({self.code}))
        bad, good = (
            {finding.code for finding in check_source(path.read_text(), options=wanted)}
            for path in (self.bad, self.good)
        )
        return bad, good

    def confirmed(self) -> bool:
        """Whether running them shows the bug in the one, and none in the other."""
        bad, good = judged(self.bad), judged(self.good)
        shown = any(AS_THE_RULE_SAYS[self.code](outcome) for outcome in bad.outcomes)
        return bad.decided and shown and good.finishes


@cache
def judged(path: Path) -> Judgement:
    """How a program ends, by the simulator."""
    text = path.read_text()
    return judge(text, start_method=how(text), budget=BUDGET)


def pairs() -> list[Pair]:
    """Those of all rules there are."""
    standing = {rule.code for rule in load()}
    codes = sorted({path.name[:5] for path in FOLDER.glob("*.py")})
    return [Pair(code) for code in codes if code in standing]
