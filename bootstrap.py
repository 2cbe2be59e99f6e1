#!/usr/bin/env python3
"""One command from a fresh clone: makes the environment beside this file, then runs what was asked for in it.

Needs nothing but Python 3.11 with its own venv and pip. Parses on Python 3.6, so that an old one can be told so.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = os.path.join(ROOT, ".venv")
MARKER = os.path.join(ENVIRONMENT, ".guanxi-environment")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
SCRIPTS = os.path.join(ENVIRONMENT, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(SCRIPTS, "python.exe" if os.name == "nt" else "python")

# Only a data file of it is read, so its own requirements (an old scientific stack) stay out of the lock.
WITHOUT_DEPENDENCIES = ("lifetimes",)
# A file's tests stay together: they share servers that it starts.
ON_EVERY_CORE = ("--numprocesses", "auto", "--maxprocesses", "8", "--dist", "loadfile")
UNREACHABLE = ("NewConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "No matching distribution")
# Each would make pip install elsewhere, or refuse the lock because of a file that is no part of this project.
MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_DEPS", "PYTHONHOME", "PYTHONPATH")

LOCK_HEADER = """\
# Every package of the environment, each with the hashes of all its files. Made by `python3 bootstrap.py lock`.
# Installed with `pip install --no-deps --require-hashes -r requirements.lock`: this list is complete.
# lifetimes stands here without its requirements: only the data set inside it is read (docs/adr/0001).
"""


class CannotGoOnError(Exception):
    """What is wrong and what cures it, in one line."""


def main(arguments):
    """Run the command named first; the rest is its own."""
    command = arguments[0] if arguments else ""
    if command not in COMMANDS:
        raise CannotGoOnError("say one of: python3 bootstrap.py {} [ARGS]".format("|".join(COMMANDS)))
    use_a_python_that_is_new_enough(arguments)
    return COMMANDS[command](arguments[1:])


def run(arguments):
    """Serve the demo shop."""
    ensure_environment()
    become([tool("guanxi"), "demo", *arguments])


def test(arguments):
    """The whole suite on both databases; with arguments, what pytest makes of them."""
    ensure_environment()
    return call([PYTHON, "-m", "pytest", *(arguments or ["--complete", *ON_EVERY_CORE])])


def soak(arguments):
    """The suite with the full counts; its report goes to docs/soak.md."""
    ensure_environment()
    report = ["--complete", "--soak-report", os.path.join(ROOT, "docs", "soak.md")]
    return call([PYTHON, "-m", "pytest", *(arguments or report)], GUANXI_SOAK="1")


def bench(arguments):
    """The side-by-side benchmarks."""
    ensure_environment()
    return call([PYTHON, os.path.join(ROOT, "benchmarks", "run.py"), *arguments])


def check(_arguments):
    """Everything that is read, not run: format, lint, types, layers, tenant scope, structure."""
    ensure_environment()
    steps = (
        [tool("ruff"), "format", "--check", "."],
        [tool("ruff"), "check", "."],
        [PYTHON, "-m", "mypy"],
        [tool("lint-imports")],
        [PYTHON, "-m", "guanxi.db.lint", "platform", "plugins"],
        [PYTHON, "-m", "pytest", "-q", os.path.join("tests", "structure")],
    )
    failed = [" ".join([os.path.basename(step[0]), *step[1:]]) for step in steps if call(step) != 0]
    for step in failed:
        say("check failed: " + step)
    return 1 if failed else 0


def lock(arguments):
    """Write requirements.lock anew from pyproject.toml; --upgrade takes the newest releases that fit."""
    import tomllib

    with open(PROJECT, "rb") as source:
        project = tomllib.load(source)
    named = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    alone = [one for one in named if one.startswith(WITHOUT_DEPENDENCIES)]
    with tempfile.TemporaryDirectory() as folder:
        compiler = make_lock_compiler(folder)
        compiled = compile_pins(compiler, folder, [one for one in named if one not in alone], arguments)
        compiled += "".join(pin_alone(compiler, folder, one) for one in alone)
    write_whole(LOCK, LOCK_HEADER + compiled)
    say("wrote requirements.lock")
    return 0


def make_lock_compiler(folder):
    """A Python with pip-tools, apart from the environment."""
    say("making the lock: this asks the package index for every file's hash")
    subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "tools")], check=True, stdout=sys.stderr)
    python = os.path.join(folder, "tools", os.path.relpath(PYTHON, ENVIRONMENT))
    ask_index([python, "-m", "pip", "install", "--quiet", "pip-tools==7.6.2"])
    return python


def compile_pins(python, folder, requirements, options):
    """The lines of a lock for ``requirements`` and all that they need."""
    wanted, made = os.path.join(folder, "wanted.in"), os.path.join(folder, "made.txt")
    write_whole(wanted, "\n".join(requirements) + "\n")
    if os.path.exists(LOCK):
        shutil.copyfile(LOCK, made)
    quiet = ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"]
    shape = ["--generate-hashes", "--strip-extras", "--allow-unsafe", "--no-header", "--no-annotate", "--quiet"]
    ask_index([python, "-m", "piptools", "compile", "--no-config", *quiet, *shape, *options, "-o", made, wanted])
    with open(made, encoding="utf-8") as source:
        return "".join(line for line in source if not line.startswith("#"))


def pin_alone(python, folder, requirement):
    """The lines of a lock for one package without what it needs."""
    downloads = os.path.join(folder, "alone")
    wheel = ["--no-deps", "--only-binary", ":all:", "--dest", downloads]
    ask_index([python, "-m", "pip", "download", "--quiet", *wheel, requirement])
    hashes = []
    for name in sorted(os.listdir(downloads)):
        with open(os.path.join(downloads, name), "rb") as source:
            hashes.append("    --hash=sha256:" + hashlib.sha256(source.read()).hexdigest())
    return requirement + " \\\n" + " \\\n".join(hashes) + "\n"


def ask_index(command):
    """Run pip without any configuration of this machine, so that none of it gets into the lock."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_") or key == "PIP_CERT"}
    environment["PIP_CONFIG_FILE"] = os.devnull
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=sys.stderr)


def use_a_python_that_is_new_enough(arguments):
    """Goes on in a newer Python where this one is too old and a newer one is at hand."""
    if sys.version_info >= (3, 11):
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, os.path.abspath(__file__), *arguments])
    version = ".".join(str(part) for part in sys.version_info[:2])
    raise CannotGoOnError(
        "Python {} is too old: install Python 3.11 or newer and run python3.11 bootstrap.py".format(version)
    )


def ensure_environment():
    """The environment that requirements.lock and pyproject.toml describe. Costs nothing where it is there already."""
    origin, content = identity()
    if read_marker() == [origin, content]:
        return
    with only_one_at_a_time():
        marked = read_marker()
        if marked == [origin, content]:
            return
        started = time.time()
        if marked[:1] != [origin]:
            create_environment()
        forget_marker()
        install()
        write_whole(MARKER, origin + "\n" + content + "\n")
        say("environment ready after {:.0f} s".format(time.time() - started))


def identity():
    """Where and for which Python an environment was made, and the hash of what is in it."""
    digest = hashlib.sha256()
    for path in (LOCK, PROJECT):
        with open(path, "rb") as source:
            digest.update(source.read())
    origin = "{}.{} {}".format(sys.version_info[0], sys.version_info[1], ENVIRONMENT)
    return origin, digest.hexdigest()


def read_marker():
    """The two lines of a finished environment; an interrupted or moved one has none, or others."""
    if not os.path.exists(PYTHON):
        return []
    try:
        with open(MARKER, encoding="utf-8") as source:
            return source.read().splitlines()
    except OSError:
        return []


def forget_marker():
    """From here on an interruption leaves an environment that the next run makes anew."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(MARKER)


def create_environment():
    """An empty environment, whatever was there before."""
    say("making the environment in .venv (once; about a minute)")
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True, stdout=sys.stderr)
    except subprocess.CalledProcessError:
        raise CannotGoOnError(
            "Python's venv module is incomplete: install it (Debian, Ubuntu: apt install python3-venv) and try again"
        ) from None


def install():
    """The lock, then this project in place."""
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    call_pip([*pip, "--require-hashes", "-r", LOCK])
    call_pip([*pip, "--no-build-isolation", "--editable", ROOT])


def call_pip(command):
    """Run pip; its complaint is shown in full, and after it the cure."""
    environment = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    environment.update(PIP_CONSTRAINT=os.devnull, PIP_REQUIRE_VIRTUALENV="0", PYTHONUTF8="1")
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, stdout=sys.stderr, stderr=subprocess.PIPE)
    complaint = done.stderr.decode("utf-8", "replace")
    sys.stderr.write(complaint)
    if done.returncode == 0:
        return
    if any(sign in complaint for sign in UNREACHABLE):
        raise CannotGoOnError(
            "a package could not be fetched: connect to the network, or name a mirror in PIP_INDEX_URL"
        )
    raise CannotGoOnError("pip failed as shown above: run the same command again, it starts afresh")


@contextlib.contextmanager
def only_one_at_a_time():
    """Two commands started together make one environment, not two halves."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with open(os.path.join(ROOT, ".bootstrap.lock"), "w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def write_whole(path, text):
    """The file has its old content or all of the new, never a part."""
    with open(path + ".part", "w", encoding="utf-8") as target:
        target.write(text)
    os.replace(path + ".part", path)


def tool(name):
    """The path of a command of the environment."""
    return os.path.join(SCRIPTS, name + (".exe" if os.name == "nt" else ""))


def surroundings(**extra):
    """The variables for a command: the environment comes first on PATH, text is UTF-8 whatever the locale."""
    path = os.pathsep.join([SCRIPTS, os.environ.get("PATH", os.defpath)])
    kept = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    return dict(kept, PATH=path, VIRTUAL_ENV=ENVIRONMENT, PYTHONUTF8="1", **extra)


def call(command, **extra):
    """Run ``command`` to its end; its exit code."""
    return subprocess.call(command, cwd=ROOT, env=surroundings(**extra))


def become(command):
    """Turn into ``command``, so that signals reach it and not a middleman."""
    if os.name == "nt":
        sys.exit(call(command))
    os.execve(command[0], command, surroundings())


def say(line):
    """Chatter goes to stderr: stdout belongs to the command."""
    sys.stderr.write("bootstrap: " + line + "\n")


COMMANDS = {"run": run, "test": test, "check": check, "bench": bench, "soak": soak, "lock": lock}

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOnError as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
