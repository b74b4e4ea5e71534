# Each form of each agency's notice, in five charsets and places: right ones stay, malformed ones become right, once.
command -v python3 >/dev/null || { echo 'python3 is absent' >&2; exit 77; }
python3 "$TESTS/cli/attribution_forms.py"
