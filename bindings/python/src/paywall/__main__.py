"""The commands of `python -m paywall`."""

import sys
from typing import List

USAGE = """\
usage: python -m paywall doctor    shows which library is loaded, from where, and whether the service can be reached
       python -m paywall resend    sends a code again; reads token and session from standard input, a line each

The configuration comes from the environment: PAYWALL_ENVIRONMENT or PAYWALL_BASE_URL, PAYWALL_API_KEY,
PAYWALL_API_CLIENT and the other options. The exit code is the status: 0 ok, 1 rejected, 2 not sent, 3 in doubt,
4 invalid, 5 internal.
"""
INVALID = 4


def main(arguments: List[str]) -> int:
    """Runs one command and returns the exit code."""
    if arguments == ["doctor"]:
        from ._doctor import doctor

        return doctor()
    if arguments == ["resend"]:
        from ._resend import resend

        return resend()
    if arguments in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    # The arguments are not repeated: one of them may be a token.
    if arguments[:1] == ["resend"]:
        sys.stderr.write("resend takes no arguments: other users can read a command line\n")
    sys.stderr.write(USAGE)
    return INVALID


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
