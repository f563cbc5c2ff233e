"""The body of `tfconvkit port SRC [DST]`."""

import sys
import time
from pathlib import Path

from tfconvkit.porting import files, report
from tfconvkit.porting.findings import UNPARSABLE, Finding, Ported
from tfconvkit.porting.rewrite import Reading, read, rewrite

__all__ = ["run"]

_EVERY = 2.0


def run(source, target=None, *, check=False, diff=False, report_path=None):
    """Ports a file or a folder, and prints what is left for a human.

    Args:
        source: Path of a file or a folder.
        target: Where the result goes: a file for a file, a folder for a folder, with all other files copied; None
            rewrites in place.
        check: Whether to write nothing and say what would change.
        diff: Whether to write nothing and print a unified diff.
        report_path: Path of a report to write, `.md` or `.json`.

    Returns:
        The exit status: 0 if nothing is left for a human, 1 if something is.

    Raises:
        ValueError: for paths that do not fit. Nothing is written then.

    Example:
        >>> run("legacy", check=True)  # doctest: +SKIP
        1
    """
    source = Path(source)
    found = files.collect(source)
    _check(source, target, report_path)
    is_writing = not (check or diff)
    done = _port_all(source, found, _places(source, target, found) if is_writing else None)
    if is_writing and target is not None and source.is_dir():
        _copy_others(source, Path(target), found)
    if report_path is not None:
        form = report.as_json if str(report_path).endswith(".json") else report.as_markdown
        files.write(report_path, form(done, found.skipped).encode(errors="backslashreplace"))
    _print(done, found.skipped, check=check, diff=diff)
    return int(report.is_human_needed(done))


def _check(source, target, report_path):
    if report_path is not None and Path(report_path).suffix not in (".json", ".md"):
        raise ValueError(f'Expected a report named .md or .json. Received "{report_path}". Rename it.')
    if target is None:
        return
    target = Path(target)
    if source.is_dir() and target.exists() and not target.is_dir():
        raise ValueError(f'Expected a folder to write to. Received the file "{target}". Name a folder.')
    if source.is_dir() and source.resolve() in (target.resolve(), *target.resolve().parents):
        raise ValueError(
            f'Expected a folder outside of "{source}". Received "{target}". Leave it out to rewrite in place.')


def _places(source, target, found):
    """Returns where each file goes."""
    if source.is_dir():
        return {path: Path(target or source) / path for path in found.python}
    # A link that was named is followed: it stays a link.
    place = Path(target or source.resolve())
    return {found.python[0]: place / source.name if place.is_dir() else place}


def _port_all(source, found, places):
    shown = {path: str(path) if source.is_dir() else str(source) for path in found.python}
    full = {path: source / path if source.is_dir() else source for path in found.python}
    progress = _Progress(2 * len(shown))
    readings = {path: progress.step(_read(full[path], shown[path])) for path in found.python}
    is_python2 = any(isinstance(each, Reading) and each.is_python2 for each in readings.values())
    done = []
    for path, reading in readings.items():
        siblings = files.siblings(path, found.python)
        ported = rewrite(reading, is_python2, siblings) if isinstance(reading, Reading) else reading
        if places is not None and reading is not ported:
            _store(full[path], places[path], ported)
        done.append(progress.step(ported))
    return done


def _copy_others(source, target, found):
    for path in found.others:
        try:
            files.copy(source / path, target / path)
        except OSError as error:
            found.skipped.append((str(path), f"Not copied: {error.strerror}."))


def _read(path, shown):
    """Returns the `Reading` of a file, or the `Ported` of one that cannot be read."""
    try:
        return read(path.read_bytes(), shown)
    except OSError as error:
        return Ported(shown, b"", b"", [Finding(1, UNPARSABLE, "not read", f"{error.strerror}.", "files")], 0)


def _store(path, place, ported):
    if place.resolve() != path.resolve():
        files.copy(path, place)
    if ported.is_changed:
        files.write(place, ported.after)


class _Progress:
    """Prints to the standard error how far a folder is, not more often than every two seconds."""

    def __init__(self, steps):
        self.steps, self.done = steps, 0
        self.start = self.last = time.monotonic()

    def step(self, each):
        """Counts one more step of a file, and returns the file."""
        self.done += 1
        now = time.monotonic()
        if now - self.last >= _EVERY and self.done < self.steps:
            self.last = now
            print(f"{100 * self.done // self.steps} % of {self.steps // 2} files, {now - self.start:.0f} s",
                  file=sys.stderr, flush=True)
        return each


def _print(done, skipped, *, check, diff):
    if diff:
        _write("".join(map(report.as_diff, done)), sys.stdout)
    lines = report.summary(done, skipped)
    if check:
        lines[:0] = [f"{each.path}: would change ({each.count('changed')} changes)" for each in done if each.is_changed]
    _write("\n".join(lines) + "\n", sys.stderr if diff else sys.stdout)


def _write(text, stream):
    """Prints a text with characters, or names of files, that the terminal may not know."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
