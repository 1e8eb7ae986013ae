"""``python -m chloe`` is ``chloe``. Owns nothing."""

import sys

from chloe.cli import main

if __name__ == "__main__":
    sys.exit(main())
