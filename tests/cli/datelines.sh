# What begins a story of each agency, and what only looks like it.
command -v python3 >/dev/null || { echo 'python3 is absent' >&2; exit 77; }
python3 "$TESTS/cli/datelines.py"
