import json

from tfconvkit.porting import port, report

FILES = [port(b"import numpy as np\nx = np.int(3)\n", "a.py"), port(b"print 'a|b' / c\n", "sub/b.py"),
         port(b"x = (\n", "c.py"), port(b"x = 1", "d.py")]
OTHERS = [("n.ipynb", "A notebook.")]


def test_counts():
    assert report.totals(FILES) == {"files": 4, "changed_files": 2, "lines": 5, "unparsable": 1, "undecided": 1,
                                    "changed": 2, "suggestion": 0}
    assert report.is_human_needed(FILES) and not report.is_human_needed(FILES[::3])


def test_json_has_every_finding_and_its_schema():
    read = json.loads(report.as_json(FILES, OTHERS))
    assert list(read) == ["kind", "version", "human_needed", "totals", "files", "entries", "not_looked_at"]
    assert [set(entry) for entry in read["entries"]] == [{"file", "line", "kind", "what", "reason", "theme"}] * 4
    assert [(entry["file"], entry["line"], entry["kind"]) for entry in read["entries"]] == [
        ("a.py", 2, "changed"), ("sub/b.py", 1, "undecided"), ("sub/b.py", 1, "changed"), ("c.py", 1, "unparsable")]
    assert [each["status"] for each in read["files"]] == ["changed", "changed", "unparsable", "unchanged"]
    assert read["not_looked_at"] == [{"file": "n.ipynb", "reason": "A notebook."}]


def test_markdown_has_a_table_for_each_kind_that_no_bar_breaks():
    text = report.as_markdown(FILES, OTHERS)
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles == ["## Not ported: Python does not parse it (1)", "## For a human to decide (1)", "## Changed (2)",
                      "## Not looked at"]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows) and "a\\|b" in text


def test_the_diff_is_one_that_patch_understands():
    assert report.as_diff(FILES[3]) == report.as_diff(FILES[2]) == ""
    lines = report.as_diff(port(b"print 'x'", "e.py")).splitlines()
    end = "\\ No newline at end of file"
    assert lines == ["--- e.py (before)", "+++ e.py (after)", "@@ -1 +1 @@", "-print 'x'", end, "+print('x')", end]
