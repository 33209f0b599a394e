/// Makes a graph of statements: resolves names and settings, and infers or checks every type.
struct Elaborator {
    var editor: GraphEditor
    var settings: Settings
    private(set) var diagnostics: [Diagnostic] = []
    /// Values that would be there but for an error that is already reported.
    private var broken: Set<String>
    /// The line that makes each value.
    private let definitionLines: [String: Int]
    private var modelLocation: SourceLocation?
    /// The elements of constants that are kept beside the text.
    private let stored: [String: Elements]

    /// - Parameter parser: it has read the whole text; its errors come first.
    init(_ parser: Parser, overrides: [String: Int], stored: [String: Elements]) {
        self.stored = stored
        editor = GraphEditor(name: "")
        settings = Settings(overrides: overrides)
        diagnostics = parser.diagnostics
        broken = parser.brokenNames
        definitionLines = Dictionary(
            parser.statements.flatMap(\.definedNames).map { ($0.text, $0.location.line) },
            uniquingKeysWith: { first, _ in first })
        guard !parser.isSettingBroken else { return }
        for statement in parser.statements where diagnostics.count < LanguageLimit.diagnostics {
            attempt(statement)
        }
        // After an error in a line, what looks missing may be in that line.
        if parser.diagnostics.isEmpty { checkWhole() }
        do throws(Diagnostic) {
            try settings.checkOverrides()
        } catch {
            diagnostics.insert(error, at: 0)
        }
    }

    private mutating func attempt(_ statement: StatementSyntax) {
        do throws(Diagnostic) {
            try elaborate(statement)
        } catch {
            diagnostics.append(error)
            broken.formUnion(statement.definedNames.map(\.text))
        }
    }

    private mutating func checkWhole() {
        if modelLocation == nil {
            diagnostics.insert(
                Diagnostic("the text does not name its model", at: nil, remedy: "start with: model my_network"), at: 0)
        } else if diagnostics.isEmpty, editor.graph.roots.isEmpty {
            diagnostics.append(
                Diagnostic(
                    "nothing of the model is an output", at: modelLocation,
                    remedy: "write 'output' before the line that makes the result: \(Keyword.output.form)"))
        }
    }

    private mutating func elaborate(_ statement: StatementSyntax) throws(Diagnostic) {
        switch statement {
        case .model(let name):
            guard modelLocation == nil else {
                throw Diagnostic("the model is named twice", at: name.location, remedy: "leave one of the lines out")
            }
            modelLocation = name.location
            editor.rename(name.text)
        case .setting(let name, let expression):
            guard editor.value(named: name.text) == nil else { throw taken(name) }
            try settings.declare(name, expression)
        case .input(let name, let type):
            try checkFree(name)
            let type = try resolveInput(type)
            try add(at: name) { editor throws(GraphError) in _ = try editor.addInput(name.text, type) }
        case .parameter(let name, let type, let role, let isFixed, let initializer):
            try checkFree(name)
            let type = try resolve(type)
            let filling = try resolve(initializer)
            try add(at: name) { editor throws(GraphError) in
                _ = try editor.addParameter(name.text, type, role: role, isFixed: isFixed, initializer: filling)
            }
        case .constant(let name, let type, let elements, let location):
            try checkFree(name)
            try addConstant(name, try resolve(type), elements, location)
        case .definition(let results, let call, let isOutput):
            try define(results, call, isOutput: isOutput)
        case .output(let names):
            for name in names { if let id = try value(name) { editor.addOutput(id) } }
        case .gradient(let target, let name):
            guard let (target, value) = try assignment(target, name, role: .trained) else { return }
            editor.addGradient(of: target, is: value)
        case .update(let target, let name):
            guard let (target, value) = try assignment(target, name, role: .statistic) else { return }
            editor.addUpdate(of: target, to: value)
        }
    }

    private mutating func add(
        at name: SourceName, _ body: (inout GraphEditor) throws(GraphError) -> Void
    ) throws(Diagnostic) {
        do throws(GraphError) {
            try body(&editor)
        } catch {
            throw Diagnostic(error.message, at: name.location, label: error.label, remedy: error.remedy)
        }
    }

    private mutating func addConstant(
        _ name: SourceName, _ type: TensorType, _ syntax: [ExpressionSyntax]?, _ location: SourceLocation
    ) throws(Diagnostic) {
        guard let syntax else {
            guard let elements = stored[name.text] else {
                throw Diagnostic(
                    "the elements of '\(name.text)' are not stored with this text", at: location,
                    remedy: "write them: [1, 2.5, -3]")
            }
            try add(at: name) { editor throws(GraphError) in
                _ = try editor.addConstant(name.text, type, elements: elements)
            }
            return
        }
        let count = type.shape?.reduce(1, *) ?? 0
        guard syntax.count == count else {
            throw Diagnostic(
                "\(syntax.count) elements do not fill \(type)", at: location, remedy: "give \(count)")
        }
        let elements: Elements
        if type.elementType.isFloatingPoint {
            var numbers: [Double] = []
            for expression in syntax { numbers.append(try settings.number(expression)) }
            elements = .numbers(numbers)
        } else {
            elements = .integers(try integers(syntax, of: type.elementType))
        }
        try add(at: name) { editor throws(GraphError) in
            _ = try editor.addConstant(name.text, type, elements: elements)
        }
    }

    private func integers(_ syntax: [ExpressionSyntax], of type: ElementType) throws(Diagnostic) -> [Int] {
        var integers: [Int] = []
        for expression in syntax {
            let integer = try settings.element(expression)
            // A u64 above the largest Int is written as the negative number with the same bits.
            guard type == .u64 || type.range?.contains(integer) == true else {
                throw Diagnostic(
                    "\(integer) is no \(type.rawValue)", at: expression.location,
                    remedy: "keep to the numbers of the type, or choose a larger one")
            }
            integers.append(integer)
        }
        return integers
    }

    // MARK: Names

    private func checkFree(_ name: SourceName) throws(Diagnostic) {
        if editor.value(named: name.text) != nil || settings.contains(name.text) { throw taken(name) }
    }

    private func taken(_ name: SourceName) -> Diagnostic {
        var notes: [String] = []
        if settings.contains(name.text) {
            notes.append("'\(name.text)' is a setting")
        } else if let line = definitionLines[name.text], line < name.location.line {
            notes.append("line \(line) makes '\(name.text)'")
        }
        return Diagnostic(
            "the name '\(name.text)' is already taken", at: name.location, notes: notes,
            remedy: "every value is made once: give this one another name")
    }

    /// The value with this name, or nil where it is missing because of an error that is already reported.
    private func value(_ name: SourceName) throws(Diagnostic) -> ValueID? {
        if let id = editor.value(named: name.text) { return id }
        if broken.contains(name.text) { return nil }
        if settings.contains(name.text) {
            throw Diagnostic(
                "'\(name.text)' is a setting, not a value", at: name.location,
                remedy: "settings stand where numbers stand: in types and attributes")
        }
        if let line = definitionLines[name.text] {
            throw Diagnostic(
                "'\(name.text)' is used before it is made", at: name.location,
                notes: ["line \(line) makes it"], remedy: "values are used below the line that makes them")
        }
        let near = nearName(to: name.text, among: editor.graph.values.map(\.name))
        throw Diagnostic(
            "there is no value '\(name.text)'", at: name.location,
            remedy: near.map { "did you mean '\($0)'?" } ?? "make it on a line above: \(name.text) = ...")
    }

    private func assignment(
        _ target: SourceName, _ name: SourceName, role: Parameter.Role
    ) throws(Diagnostic) -> (ValueID, ValueID)? {
        guard let targetID = try value(target), let valueID = try value(name) else { return nil }
        let graph = editor.graph
        let what = role == .trained ? "gradient" : "update"
        let keyword: Keyword = role == .trained ? .parameter : .statistic
        guard graph.parameters.contains(where: { $0.value == targetID && $0.changes(as: role) }) else {
            throw Diagnostic(
                "'\(target.text)' is not a \(keyword.rawValue)", at: target.location,
                remedy: "the left of '\(what)' is a value that was declared: \(keyword.form)")
        }
        let given = role == .trained ? graph.gradients : graph.updates
        guard !given.contains(where: { $0.target == targetID }) else {
            throw Diagnostic(
                "'\(target.text)' already has its \(what)", at: target.location, remedy: "leave one of the lines out")
        }
        guard graph[targetID].type == graph[valueID].type else {
            throw Diagnostic(
                "the \(what) of '\(target.text)' is \(graph[valueID].type), not \(graph[targetID].type)",
                at: name.location, remedy: "give a value of the type \(graph[targetID].type)")
        }
        return (targetID, valueID)
    }

    // MARK: Calls

    private mutating func define(
        _ results: [(name: SourceName, type: TypeSyntax?)], _ syntax: CallSyntax, isOutput: Bool
    ) throws(Diagnostic) {
        for (index, result) in results.enumerated() {
            try checkFree(result.name)
            if results[..<index].contains(where: { $0.name.text == result.name.text }) { throw taken(result.name) }
        }
        guard let ids = try call(syntax, names: results.map(\.name), stem: results[0].name.text) else {
            broken.formUnion(results.map(\.name.text))
            return
        }
        if isOutput { for id in ids.prefix(results.count) { editor.addOutput(id) } }
        for (result, id) in zip(results, ids) {
            guard let written = result.type else { continue }
            // A wrong type breaks nothing: what follows is checked against the derived one.
            do throws(Diagnostic) {
                try check(written, of: result.name, against: editor.graph[id], call: syntax, results: ids)
            } catch {
                diagnostics.append(error)
            }
        }
    }

    /// Adds a call and the calls within it. Those, and a call without `names`, get names of the statement's `stem`.
    ///
    /// Returns nil where an operand is missing because of an error that is already reported.
    private mutating func call(
        _ syntax: CallSyntax, names: [SourceName] = [], stem: String
    ) throws(Diagnostic) -> [ValueID]? {
        let operation = try resolveOperator(syntax)
        var operands: [ValueID] = []
        var isBroken = false
        for operand in syntax.operands {
            switch operand {
            case .value(let name):
                if let id = try value(name) { operands.append(id) } else { isBroken = true }
            case .call(let inner):
                if let id = try call(inner, stem: stem)?.first { operands.append(id) } else { isBroken = true }
            }
        }
        if isBroken { return nil }
        let inferred = try infer(operation, operands, syntax)
        guard names.count <= inferred.count else {
            throw Diagnostic(
                "\(operation.name) has \(inferred.count) result\(inferred.count == 1 ? "" : "s"), not \(names.count)",
                at: names[inferred.count].location, remedy: "leave the names out that are too many")
        }
        do throws(GraphError) {
            let names = names.isEmpty ? [editor.freshName("\(stem).\(operation.name)")] : names.map(\.text)
            return try editor.apply(operation, to: operands, names: names)
        } catch {
            throw Diagnostic(
                error.message, at: syntax.operatorName.location, label: error.label, remedy: error.remedy)
        }
    }

    /// The types of a call's results, checked to be within bounds, with those of its implicit parameters.
    private func infer(
        _ operation: any Operator, _ operands: [ValueID], _ syntax: CallSyntax
    ) throws(Diagnostic) -> [InferredType] {
        let values = operands.map { editor.graph[$0] }
        let types = values.map(\.type)
        do throws(ConstraintViolation) {
            let inferred = try editor.infer(operation, operands)
            let made = inferred.map(\.type) + operation.implicitParameters(types).map(\.type)
            for type in made where !type.isWithinBounds {
                throw ConstraintViolation(
                    "", "\(operation.name) would make a value that is too large, \(type)",
                    remedy:
                        "keep dimensions to \(LanguageLimit.dimension) and values to \(LanguageLimit.elements) elements"
                )
            }
            return inferred
        } catch {
            var location = syntax.operatorName.location
            var explained = Array(values.prefix(3))
            switch error.subject {
            case .attribute(let name):
                if let attribute = syntax.attributes.first(where: { $0.name.text == name }) {
                    location = attribute.location
                }
            case .operand(let index) where syntax.operands.indices.contains(index):
                location = syntax.operands[index].location
                explained = [values[index]]
            default: break
            }
            throw Diagnostic(
                error.message, at: location, label: error.label.isEmpty ? nil : error.label,
                notes: explained.map { "\($0.name) is \($0.type)" }, remedy: error.remedy)
        }
    }
}
