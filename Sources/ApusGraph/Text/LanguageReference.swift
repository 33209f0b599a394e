/// The reference of the language, made from the operators' own documentation: `docs/LANGUAGE.md` is this text.
package enum LanguageReference {
    /// In Markdown.
    public static var markdown: String {
        let operators = OperatorCatalogue.all
        let forSpecs = operators.filter { $0.documentation.audience == .specs }
        let forPasses = operators.filter { $0.documentation.audience == .passes }
        return [
            introduction, grammar, settings, types, derivation, parameters, errors,
            "## Operators\n\nAn attribute that has a default can be left out; the default stands after the semicolon.",
            index(forSpecs), forSpecs.map(section).joined(separator: "\n\n"),
            """
            ## Operators that passes put in

            The compiler's passes write these into graphs: for training, and where several operators become one. `dump-graph` \
            shows them, and the parser reads them back; a spec has no use for them.
            """,
            index(forPasses), forPasses.map(section).joined(separator: "\n\n"),
        ].joined(separator: "\n\n") + "\n"
    }

    private static func index(_ operators: [any Operator.Type]) -> String {
        let rows = operators.map { type in
            "| [`\(type.name)`](#\(type.name)) | \(type.documentation.summary) |"
        }
        return (["| operator | |", "|---|---|"] + rows).joined(separator: "\n")
    }

    private static func section(_ type: any Operator.Type) -> String {
        let documentation = type.documentation
        var parts = ["### \(type.name)", documentation.summary]
        if !documentation.details.isEmpty { parts.append(documentation.details) }
        parts.append("```graph\n\(documentation.example)\n```")
        parts.append(
            table("operand", documentation.operands) + table("attribute", documentation.attributes)
                + table("result", documentation.results))
        if !documentation.constraints.isEmpty {
            let list = documentation.constraints.map { "- **\($0.name)** \($0.text)" }
            parts.append("Constraints:\n\n" + list.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    /// The rows of the one table that an operator has; the first kind brings the table's head.
    private static func table(_ kind: String, _ entries: [OperatorDocumentation.Entry]) -> String {
        let head = kind == "operand" ? "| | | |\n|---|---|---|\n" : ""
        let rows = entries.map { "| \(kind) | `\($0.name)` | \($0.text) |\n" }.joined()
        return kind == "result" ? String((head + rows).dropLast()) : head + rows
    }
}
