# Notices with entities, dashes, ranges of years, capitals and markup inside: right ones stay, malformed ones become right, once.
command -v python3 >/dev/null || { echo 'python3 is absent' >&2; exit 77; }
python3 "$TESTS/cli/attribution_variants.py"
