"""What is wrong with a Chloe that doesn't do what it should, and what to do about it.

``findings``  the words: what was looked at, what was found, the remedy, and what may be mended
``examined``  everything that the checks look at, gathered once, each part with its own trouble
``checks``    the checks as one table; runs each so that none can spoil another
``system``, ``files``, ``disks``, ``log``, ``sessions``, ``spools``, ``screens``  the checks by subject
``mending``   carries out what is safe

Looking writes nothing: no folder is made, no log opened for writing, no lock tried where the kernel tells
who has it. Must not know how findings are printed.
"""

from chloe.doctor.checks import diagnose
from chloe.doctor.examined import Examined, examine
from chloe.doctor.findings import Finding, State
from chloe.doctor.mending import Deed, mend

__all__ = ["Deed", "Examined", "Finding", "State", "diagnose", "examine", "mend"]
