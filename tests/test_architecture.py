"""The shape of the code: who may import whom, where SQL is, who may do what, how long things are, which words are said."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

from s2m.domain import errors
from s2m.domain.errors import S2MError

ROOT = Path(__file__).resolve().parent.parent
# Longest, and what nine of ten stay under: functions, files of Python, templates, scripts
FUNCTION_MAX, FUNCTION_P90, FUNCTION_MEDIAN = 50, 30, 8
FILE_MAX, FILE_P90, TEMPLATE_MAX, SCRIPT_MAX = 400, 250, 120, 120
SKIPPED = {"vendor", "node_modules", "build", "dist"}

# Ring by ring: what each may import beside the standard library and itself. Longest name first wins.
RINGS = {
    "s2m.domain": {"snowballstemmer", "dateutil", "holidays"},
    "s2m.store": {"s2m.domain", "sqlalchemy", "sqlite_utils", "psycopg", "pysqlite3"},
    "s2m.papers": {"s2m.domain", "typst", "defusedxml", "babel"},
    "s2m.web.context": {"s2m.domain", "s2m.config", "s2m.store", "flask", "flask_babel"},
    "s2m.web": {"s2m.domain", "s2m.papers", "s2m.config", "s2m.signing", "s2m.letters", "s2m.spoken", "s2m", "flask",
                "flask_babel", "flask_wtf", "werkzeug", "structlog", "markupsafe", "babel", "segno", "PIL", "zxingcpp"},
    "kiosk": {"s2m.domain", "s2m.web.context", "s2m.web.errors", "s2m.web.policy", "s2m.web.frames", "s2m.web.topics", "flask",
              "flask_babel", "werkzeug", "segno", "markupsafe"},
}  # fmt: skip
# The embedding of the store into pages: only here
ONLY_HERE = {"s2m.web.context"}


def python(*tops):
    return [p for top in tops for p in sorted((ROOT / top).rglob("*.py")) if not SKIPPED & set(p.relative_to(ROOT).parts)]


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """Every module imported in a file, with its line; those for the type checker only are left out."""
    tree = ast.parse(path.read_text())
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def ring_of(module):
    return next((ring for ring in sorted(RINGS, key=len, reverse=True) if module == ring or module.startswith(f"{ring}.")), None)


def allowed(ring, imported):
    own = {"kiosk": "kiosk", "s2m.web.context": "s2m.web"}.get(ring, ring)
    if imported.split(".")[0] in sys.stdlib_module_names or imported == own or imported.startswith(f"{own}."):
        return True
    permitted = RINGS[ring]
    if imported.startswith("s2m."):
        # `from s2m import __version__` names the package; a ring is named in full
        known = {name for name in permitted if name.startswith("s2m.")}
        return any(imported == n or imported.startswith(f"{n}.") for n in known) or (
            "s2m" in permitted and imported == "s2m.__version__"
        )
    return imported.split(".")[0] in permitted


def trespasses(path):
    ring = ring_of(name_of(path))
    for imported, line in imports(path):
        if not allowed(ring, imported):
            yield f"{path.relative_to(ROOT)}:{line} ({ring}) imports {imported}"


def test_each_ring_imports_only_what_it_may():
    found = [fault for path in python("s2m/domain", "s2m/store", "s2m/papers", "s2m/web", "kiosk") for fault in trespasses(path)]
    assert found == []


def test_only_the_app_knows_the_kiosk():
    knowing = [name_of(p) for p in python("s2m") if any(name.split(".")[0] == "kiosk" for name, _ in imports(p))]
    assert knowing == ["s2m.app"]


def test_no_domain_file_reads_the_clock_or_draws_chance():
    found = [
        f"{path.name}: {name}"
        for path in python("s2m/domain")
        for name, _ in imports(path)
        if name.split(".")[0] in {"random", "secrets", "time", "os", "socket", "flask", "sqlalchemy"}
    ]
    found += [path.name for path in python("s2m/domain") if re.search(r"datetime\.now\(|utcnow\(|uuid4\(", path.read_text())]
    assert found == []


SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.DOTALL)


def test_there_is_no_sql_outside_the_store():
    found = []
    for path in python("s2m", "kiosk"):
        if name_of(path).startswith("s2m.store"):
            continue
        tree = ast.parse(path.read_text())
        words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        found += [f"{path.relative_to(ROOT)}: {word[:60]}" for word in words if SQL.search(word)]
        found += [
            f"{path.relative_to(ROOT)}: {name}" for name, _ in imports(path) if name.split(".")[0] in ("sqlalchemy", "sqlite3")
        ]
    assert found == []


def test_the_engines_are_told_apart_in_their_own_files_only():
    found = [
        name_of(path)
        for path in python("s2m", "kiosk")
        if re.search(r"dialect\.name|get_backend_name\(|isinstance\([^)]*(Embedded|PostgreSQL)\)", path.read_text())
    ]
    assert set(found) <= {"s2m.store.engine"}


@pytest.mark.parametrize(
    "word", ["people", "venues", "presence", "ledger", "contributions", "signin", "devices", "scans", "talks", "tasks"]
)
def test_every_concept_has_one_word_in_every_ring(word):
    for where in ("domain", "store"):
        assert (ROOT / f"s2m/{where}/{word}.py").exists() or (ROOT / f"s2m/{where}/{word}").is_dir(), f"{where}/{word}"


# Who may do what ----------------------------------------------------------------------------------------------------


def test_every_route_says_who_may_ask(app):
    for endpoint, view in app.view_functions.items():
        assert callable(getattr(view, "policy", None)), endpoint


def test_a_route_without_a_policy_stops_the_app(app, monkeypatch):
    from s2m.web import policy

    monkeypatch.setitem(app.view_functions, "forgotten", lambda: "hello")
    with pytest.raises(RuntimeError, match="forgotten"):
        policy.check_declared(app)


# Looking for people is written to the audit trail
AUDITED = {"host.people"}


def test_nothing_is_changed_by_a_get(app):
    methods = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update(rule.methods)
    views = {e: inspect.unwrap(app.view_functions[e]) for e, known in methods.items() if not known & {"POST", "PUT", "DELETE"}}
    writes = {e for e, view in views.items() if inspect.isfunction(view) and "with writing()" in inspect.getsource(view)}
    assert writes == AUDITED


# How long things are ------------------------------------------------------------------------------------------------


def functions(path):
    """Name and length of each function, less its docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= node.body[0].end_lineno - node.body[0].lineno + 1
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length


def lines(path):
    return len(path.read_text().splitlines())


def rank(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def source():
    return python("s2m", "kiosk")


def test_functions_are_short():
    found = dict(item for path in source() for item in functions(path))
    assert {name: length for name, length in found.items() if length > FUNCTION_MAX} == {}
    assert rank(found.values(), 0.5) <= FUNCTION_MEDIAN and rank(found.values(), 0.9) <= FUNCTION_P90


def test_files_are_short():
    sizes = {str(path.relative_to(ROOT)): lines(path) for path in source()}
    assert {name: size for name, size in sizes.items() if size > FILE_MAX} == {}
    assert rank(sizes.values(), 0.9) <= FILE_P90


@pytest.mark.parametrize(
    ("kind", "tops", "most"), [("html", ("templates", "kiosk", "s2m"), TEMPLATE_MAX), ("js", ("kiosk", "s2m"), SCRIPT_MAX)]
)
def test_templates_and_scripts_are_short(kind, tops, most):
    found = [path for top in tops for path in (ROOT / top).rglob(f"*.{kind}") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    assert {str(path.relative_to(ROOT)): lines(path) for path in found if lines(path) > most} == {}


# Which words are said -----------------------------------------------------------------------------------------------

ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, S2MError)}


def codes_used(path):
    """The code of every error of ours that is raised or made in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            place = 1 if node.func.id == "Invalid" else 0
            given = node.args[place] if len(node.args) > place else None
            if given is None:
                yield getattr(errors, node.func.id).code
            for constant in ast.walk(given) if given is not None else ():
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                    yield constant.value


def test_every_refusal_of_the_domain_has_a_sentence(app):
    from s2m.cli.sentences import SENTENCES as OPERATORS
    from s2m.web.sentences import SENTENCES

    used = {(code, path.name) for path in python("s2m/domain", "s2m/store", "s2m/papers", "s2m/web") for code in codes_used(path)}
    assert len(used) > 40
    assert {(code, name) for code, name in used if code not in SENTENCES and code not in OPERATORS} == set()
    assert {kind.code for kind in map(errors.__dict__.get, ERRORS)} <= set(SENTENCES)


def test_every_answer_to_a_scan_has_a_sentence(app):
    from s2m.web.sentences import SENTENCES

    assert {"checked_in", "already_here", "key_reused", "clock_ahead", "too_old"} <= set(SENTENCES)


def test_the_test_of_the_rings_sees_a_trespass(tmp_path, monkeypatch):
    file = tmp_path / "s2m/domain/bad.py"
    file.parent.mkdir(parents=True)
    file.write_text("import flask\nfrom s2m.store import Store\nfrom s2m.web import context\nimport json\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert [fault.split(" imports ")[1] for fault in trespasses(file)] == ["flask", "s2m.store.Store", "s2m.web.context"]
