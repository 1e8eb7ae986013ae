"""``python -m chloe`` is ``chloe``. Owns nothing."""

from chloe.cli import run

if __name__ == "__main__":
    run()
