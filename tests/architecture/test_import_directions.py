import ast
import sys

LAYERS = ["spec", "invariants", "models", "proofs", "conformance", "reference"]
LEAVES = {"mutants"}
LIBRARIES_OF_THE_SPEC = {"immutables"}


def imported(module) -> set[str]:
    names = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}: imports are absolute"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(name: str) -> str:
    return name.split(".")[1]


def parts_imported(module) -> set[str]:
    return {part_of(name) for name in imported(module) if name.startswith("clearstone.")}


def allowed(part: str) -> set[str]:
    return LEAVES | set(LAYERS[: LAYERS.index(part) + 1]) if part in LAYERS else {part}


def test_every_part_imports_only_what_it_stands_on(modules):
    wrong = [
        f"{module.path} imports clearstone.{part}"
        for module in modules
        for part in parts_imported(module) - allowed(part_of(module.name))
    ]
    assert wrong == []


def test_the_spec_imports_no_mutants(modules):
    assert [str(m.path) for m in modules if m.root == "spec" and "mutants" in parts_imported(m)] == []


def test_the_spec_and_the_mutants_need_next_to_no_library(modules):
    libraries = {"spec": LIBRARIES_OF_THE_SPEC, "mutants": set()}
    wrong = [
        f"{module.path} imports {name}"
        for module in modules
        if module.root in libraries
        for name in imported(module)
        if name.split(".")[0] not in sys.stdlib_module_names | libraries[module.root] | {"clearstone"}
    ]
    assert wrong == []


def test_a_module_lies_in_the_root_that_its_name_says(modules):
    assert [str(module.path) for module in modules if module.root != part_of(module.name)] == []
