"""Who may import whom: the packages' table, read off every import statement."""

import ast
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARIES = {
    "wfsa": {"numpy", "networkx", "safetensors"},
    "neural": {
        "wfsa",
        "torch",
        "numpy",
        "numba",
        "llvmlite",
        "triton",
        "nltk",
        "pyarrow",
        "safetensors",
        "msgpack",
        "transformers",
        "huggingface_hub",
        "platformdirs",
    },
    "sparsify": {
        "wfsa",
        "neural",
        "torch",
        "numpy",
        "numba",
        "rich",
        "safetensors",
        "tomli_w",
        "pyarrow",
        "zstandard",
        "sklearn",
        "optuna",
        "sqlalchemy",
    },
    "viz": {"wfsa", "numpy", "matplotlib", "graphviz"},
}


def imports(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


FILES = sorted(path for package in LIBRARIES for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_imports_only_what_it_may(path):
    package = path.relative_to(ROOT).parts[0]
    tops = {module.split(".")[0] for module in imports(path)}
    of_rooms = {"testing": {"hypothesis"}, "arrays": {"numba", "llvmlite"}}
    more = of_rooms.get(path.parent.name, set()) if package == "wfsa" else set()

    assert tops - set(sys.stdlib_module_names) - {package} <= LIBRARIES[package] | more


def test_there_are_no_import_cycles():
    """Among all modules of the four packages; `import a.b` counts as the module a.b."""
    modules = {}
    for path in FILES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = set(imports(path))
    done, active = set(), []

    def visit(module):
        assert module not in active, f"cycle: {' → '.join([*active, module])}"
        if module in done:
            return
        active.append(module)
        for below in modules[module] & modules.keys():
            visit(below)
        done.add(active.pop())

    for module in modules:
        visit(module)
    assert done == modules.keys()


def test_wfsa_and_viz_load_no_torch_and_no_numba():
    code = "import sys, wfsa, viz, viz.report; print({'torch', 'numba'} & sys.modules.keys())"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_few_files_lie_beside_the_rooms_of_a_package():
    for package in LIBRARIES:
        assert len(list((ROOT / package).glob("*.py"))) <= 16, package


@pytest.mark.parametrize("package", LIBRARIES)
def test_a_public_name_that_is_a_module_too_comes_from_that_module(package):
    """`import package.name` would otherwise be another thing than the file of that name."""
    facade = importlib.import_module(package)
    for name in facade.__all__:
        found = getattr(facade, name)
        if importlib.util.find_spec(f"{package}.{name}") is not None:
            assert found.__module__ == f"{package}.{name}", name


def test_files_and_functions_stay_small():
    """Files of at most 250 lines, functions of at most 60."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 60, f"{path}: {node.name}"
