"""What is wrong with a Chloe that doesn't do what it should, and what to do about it.

``findings``  the words: what was looked at, what was found, the remedy, and what may be fixed
``evidence``  everything that the checks look at, gathered once, each part with its own error
``checks``    the checks as one table; runs each so that none can spoil another
``system``, ``files``, ``disks``, ``log``, ``sessions``, ``spools``, ``screens``  the checks by subject
``escape_delay``  what tmux or screen around Chloe makes of an Esc
``fixing``    carries out what is safe

Looking writes nothing: no folder is made, no log opened for writing, no lock tried where the kernel tells
who has it. Must not know how findings are printed.
"""

from chloe.doctor.checks import diagnose
from chloe.doctor.evidence import Evidence, gather_evidence
from chloe.doctor.findings import Finding, State
from chloe.doctor.fixing import FixResult, apply_fixes

__all__ = ["Evidence", "Finding", "FixResult", "State", "apply_fixes", "diagnose", "gather_evidence"]
