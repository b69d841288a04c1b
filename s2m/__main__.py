"""python -m s2m: the operator's commands."""

from s2m.cli import main

if __name__ == "__main__":
    main()
