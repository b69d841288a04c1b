"""The rings hold: who may import whom, where SQL stands, how long things may get, and that every refusal has its words."""

import ast
import re
from pathlib import Path

import pytest

import kiosk
import s2m

CODE = Path(s2m.__file__).parent
TABLET = Path(kiosk.__file__).parent
FUNCTION_MAX, FILE_MAX = 50, 400

# What a ring may take from the project and from elsewhere; a longer prefix decides before a shorter one
ALLOWED = {
    "domain": ("s2m.domain", "snowballstemmer"),
    "store": ("s2m.domain", "s2m.store", "sqlalchemy", "sqlite_utils", "pysqlite3", "psycopg"),
    "web": ("s2m.domain", "s2m.web", "s2m.config", "s2m", "flask", "flask_babel", "flask_wtf", "werkzeug", "markupsafe"),
    "kiosk": ("kiosk", "s2m.domain", "s2m.web.context", "s2m.web.errors", "s2m.web.policy", "flask", "flask_babel", "werkzeug"),
}
# Libraries that do one thing in one place
LIBRARIES = {"web": {"segno", "structlog", "itsdangerous"}, "kiosk": {"segno", "zxingcpp", "PIL", "markupsafe"}}
STANDARD = __import__("sys").stdlib_module_names


def ring(name):
    folder = TABLET if name == "kiosk" else CODE / name
    return sorted(folder.rglob("*.py"))


def imports(path):
    """What a file takes at run time, with the line; what stands under TYPE_CHECKING is only a word for the reader."""
    tree = ast.parse(path.read_text())
    quiet = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def fits(name, where):
    top = name.partition(".")[0]
    if top in STANDARD or top in LIBRARIES.get(where, ()):
        return True
    return any(name == a or (name.startswith(a + ".") and (a != "s2m" or name.count(".") == 1)) for a in ALLOWED[where])


@pytest.mark.parametrize("where", ALLOWED)
def test_a_ring_takes_only_from_rings_further_in(where):
    wrong = [f"{path.name}:{line} {name}" for path in ring(where) for name, line in imports(path) if not fits(name, where)]
    context_only = [w for w in wrong if not (where == "web" and w.startswith("context.py") and "s2m.store" in w)]
    assert context_only == []


def test_only_the_app_knows_the_kiosk():
    taken = {p.name for p in CODE.rglob("*.py") for name, _ in imports(p) if name == "kiosk" or name.startswith("kiosk.")}
    assert taken == {"app.py"}


def test_the_domain_reads_no_clock_and_draws_no_lots():
    calls = re.compile(r"datetime\.now\(|utcnow\(|time\.time\(|\brandom\.|\bsecrets\.|uuid4\(|os\.urandom")
    found = [f"{p.name}: {line.strip()}" for p in ring("domain") for line in p.read_text().splitlines() if calls.search(line)]
    assert found == []


def test_sql_stands_only_in_the_store():
    word = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|BEGIN IMMEDIATE)\b")
    elsewhere = [p for p in [*CODE.rglob("*.py"), *ring("kiosk")] if CODE / "store" not in p.parents]
    assert [p.name for p in elsewhere if word.search(p.read_text())] == []


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = node.body[0] if ast.get_docstring(node) is not None else None
            yield node.name, node.end_lineno - node.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


def test_functions_and_files_stay_small_enough_to_see_whole():
    files = [p for p in [*CODE.rglob("*.py"), *ring("kiosk")] if p.name != "migrations.py"]
    long = [f"{p.name} {name}: {n}" for p in files for name, n in functions(p) if n > FUNCTION_MAX]
    long += [f"{p.name}: {n}" for p in files if (n := len(p.read_text().splitlines())) > FILE_MAX]
    assert long == []


def test_every_refusal_of_the_domain_has_its_sentence():
    from s2m.cli.sentences import SENTENCES as TYPED
    from s2m.web.sentences import SENTENCES

    raised = re.compile(r'(?:Refused|NotFound|Conflict|Denied|TooMany|Unavailable)\(\s*"([a-z_]+)"')
    invalid = re.compile(r'Invalid\(\s*[^,()]+,\s*"([a-z_]+)"')
    text = "\n".join(p.read_text() for p in ring("domain"))
    codes = set(raised.findall(text)) | set(invalid.findall(text))
    assert len(codes) > 30
    assert sorted(codes - set(SENTENCES) - set(TYPED)) == []


def test_every_concept_has_one_word_in_every_ring():
    for word in ("people", "venues", "presence", "ledger", "contributions", "signin", "devices", "scans"):
        for where in ("domain", "store"):
            assert (CODE / where / f"{word}.py").exists() or (CODE / where / word).is_dir(), f"{where}/{word}"
