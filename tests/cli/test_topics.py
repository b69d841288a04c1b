"""s2m topics: the lexicon looked at, and the EU taxonomy brought in and taken away."""

from s2m.domain.relevance.esco import ACKNOWLEDGEMENT
from s2m.domain.relevance.meanings import of_the_product

TABLE = (
    "label_nl,alt_nl,desc_nl,label_en,alt_en,desc_en\n"
    "xylofonist,marimbaspeler,Speelt op staven.,xylophonist,marimba player,Plays on bars.\n"
)


def test_the_shipped_lexicon_is_well(s2m):
    said = s2m("topics", "check")
    assert said.exit_code == 0
    assert "concepts with" in said.stdout


def test_each_fault_is_named_by_its_line(s2m, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("# mine\ntax | btw | VAT | | | Wat je afdraagt. | What you hand over.\nnonsense\n")
    said = s2m("topics", "check", file)
    assert said.exit_code == 1
    assert "mine.txt:3: 1 cells" in said.stdout and "1 faults." in said.stderr


def test_a_file_that_is_no_text_is_refused(s2m, tmp_path):
    (tmp_path / "mine.txt").write_bytes(b"\xff\xfe")
    said = s2m("topics", "check", tmp_path / "mine.txt")
    assert (said.exit_code, "not text" in said.stderr) == (1, True)


def test_a_taxonomy_is_imported_used_and_removed(s2m, folder, tmp_path):
    (tmp_path / "esco.csv").write_text(TABLE)
    said = s2m("topics", "import", "esco", tmp_path / "esco.csv")
    assert said.exit_code == 0, said.stderr
    assert said.stdout.strip() == f"1 occupations imported. {ACKNOWLEDGEMENT}"

    kept = folder / "topics-esco.txt"
    assert ACKNOWLEDGEMENT in kept.read_text()
    more = of_the_product(kept)
    assert more.lexicon.concepts[-1].name("nl") == "xylofonist"
    assert len(more.lexicon.concepts) == len(of_the_product().lexicon.concepts) + 1

    assert s2m("topics", "import", "esco", "--remove").exit_code == 0
    assert not kept.exists()
    assert of_the_product(kept) is more, "who runs already goes on with what it read"
    assert "No taxonomy" in s2m("topics", "import", "esco", "--remove").stderr


def test_another_file_is_refused_and_leaves_nothing(s2m, folder, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    said = s2m("topics", "import", "esco", tmp_path / "other.csv")
    assert said.exit_code == 1
    assert "not a CSV table of occupations" in said.stderr
    assert not (folder / "topics-esco.txt").exists()
    assert s2m("topics", "import", "esco").exit_code == 2
