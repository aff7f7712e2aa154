"""An import contract that reads like the design: these modules may import only those."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True)
class WrongImport:
    importer: str
    imported: str
    line: int


class OnlyContract(Contract):
    """Besides `may_import`, a module may import its own package and the standard library.

    import-linter's own types name what is forbidden, so a package nobody thought of gets through.
    """

    type_name = "only"

    modules = fields.ListField(subfield=fields.StringField())
    except_modules = fields.ListField(subfield=fields.StringField(), default=[])
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        modules, exceptions, others = (
            cast("list[str]", field)
            for field in (self.modules, self.except_modules, self.may_import)
        )
        missing = [name for name in modules + exceptions if name not in graph.modules]
        allowed = [*(name for name in modules if name not in exceptions), *others]
        importers = [
            name
            for name in sorted(graph.modules)
            if within(name, modules) and not within(name, exceptions)
        ]
        wrong = list(wrong_imports(graph, importers, allowed))
        return ContractCheck(
            kept=not missing and not wrong, metadata={"missing": missing, "wrong": wrong}
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        for name in check.metadata["missing"]:
            output.print_error(f"- {name} does not exist (yet, or any more)")
        for wrong in check.metadata["wrong"]:
            output.print_error(f"- {wrong.importer} -> {wrong.imported} (l.{wrong.line})")
        output.new_line()


def wrong_imports(
    graph: ImportGraph, importers: Iterable[str], allowed: list[str]
) -> Iterator[WrongImport]:
    for importer in importers:
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            top = imported.partition(".")[0]
            if top in sys.stdlib_module_names or within(imported, allowed):
                continue
            details = graph.get_import_details(importer=importer, imported=imported)
            yield WrongImport(importer, imported, details[0]["line_number"])


def within(module: str, packages: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in packages)
