"""The languages that examples/clients has a program in. Run as a program, it prints run.py's arguments for each test, for CMake."""

import typing


class Language(typing.NamedTuple):
    # Whether there is a program that calls two servers while they are restarted.
    restart: bool = False
    # Whether its tools may be missing in CI, unless SPILLWAY_CLIENTS_ALL is set.
    may_be_missing: bool = False


LANGUAGES = {
    "cpp": Language(),
    "go": Language(restart=True),
    "java": Language(may_be_missing=True),
    "python": Language(restart=True),
    # tonic reads no service config and watches no health: the program itself takes turns and retries.
    "rust": Language(may_be_missing=True),
    "typescript": Language(restart=True),
}

if __name__ == "__main__":
    tests = [name for name in LANGUAGES] + [f"{name}:restart" for name, language in LANGUAGES.items() if language.restart]
    print(";".join(tests))
