import ApusGraph
import OperatorCases
import Testing

@testable import ApusONNX

/// Random calls of every operator of the language, exported and imported again, against their own reference kernels.
@Suite struct OperatorExportTests {
    static let names: [String] = OperatorCatalogue.all.compactMap { type in
        type.documentation.audience == .specs ? type.name : nil
    }

    /// What ONNX has no word for, or only for some calls.
    static let unsayable: [String: String] = [
        "bit_shift": "ONNX shifts the bits of unsigned integers only",
        "expand": "is a dimension of no input", "full": "is a dimension of no input",
        "range": "is a dimension of no input", "scatter_nd": "ONNX has no operator for it",
        "tree_leaves": "ONNX has no operator for it",
    ]

    @Test(arguments: OperatorExportTests.names)
    func comesBackAsItWas(name: String) throws {
        for seed in 0..<8 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            guard let item = OperatorCase.random(name, &random) else { continue }
            let call = try ExportedCall(item, parameters: seed % 2 == 0, &random)
            let export: ONNXExport
            do {
                export = try ONNXExport(call.model)
            } catch {
                let reason = error.failures.map(\.reason).joined(separator: "; ")
                let expected = Self.unsayable[name]
                #expect(expected.map(reason.contains) ?? false, "\(name), seed \(seed): \(error)")
                continue
            }
            let answers = call.answers()
            try CaseFolder.write("\(name)-\(seed)", export, call.inputs, answers)
            // What is computed of symbols is a symbol of its own in ONNX.
            guard call.hasPlainSymbols else { continue }
            let imported = try Model(ONNXFile(export.bytes, path: "\(name)-\(seed)"))
            let found = try call.answers(of: imported)
            for ((value, expected), found) in zip(answers, found) {
                #expect(
                    found.shape == expected.shape && found.elementType == expected.elementType,
                    "\(name), seed \(seed), \(value)")
                let difference = difference(found, expected)
                #expect(
                    difference < 1e-6, "\(name), seed \(seed), \(value): \(difference) of \(item.operation.attributes)")
            }
        }
    }

    /// The largest difference, as a part of the largest number.
    private func difference(_ found: Tensor, _ expected: Tensor) -> Double {
        guard found.count == expected.count else { return .infinity }
        let magnitude = expected.elements.reduce(1e-12) { $1.isFinite ? max($0, abs($1)) : $0 }
        return zip(found.elements, expected.elements).reduce(0) { worst, pair in
            if pair.0 == pair.1 || pair.0.isNaN && pair.1.isNaN { return worst }
            let difference = abs(pair.0 - pair.1)
            return difference.isNaN ? .infinity : max(worst, difference / magnitude)
        }
    }
}

/// A graph of one call, and what it is given.
private struct ExportedCall {
    let model: Model
    let tensors: [String: Tensor]
    static let batch = 2

    /// - Parameter parameters: whether the operands that the operator could bring itself are parameters, not inputs.
    init(_ item: OperatorCase, parameters: Bool, _ random: inout SeededRandom) throws {
        let drawn = item.tensors(batch: Self.batch, &random)
        let own = item.operation.implicitParameters(item.operands).count
        let isOwn = item.operands.indices.map { index in
            parameters && index >= item.operands.count - own && index > 0 && item.operands[index].shape != nil
                && item.operands[index].elementType == .f32
        }
        var editor = GraphEditor(name: "call")
        var operands: [ValueID] = []
        var tensors: [String: Tensor] = [:]
        var weights: [String: [Float]] = [:]
        for (index, type) in item.operands.enumerated() {
            let name = "operand\(index)"
            if isOwn[index] {
                operands.append(try editor.addParameter(name, type, initializer: .constant(0)))
                weights[name] = drawn[index].elements.map(Float.init)
                tensors[name] = Tensor(
                    shape: drawn[index].shape, elements: drawn[index].elements.map { Double(Float($0)) })
            } else {
                operands.append(try editor.addInput(name, type))
                tensors[name] = drawn[index].converted(to: type.elementType)
            }
        }
        for result in try editor.apply(item.operation, to: operands, names: ["result"]) { editor.addOutput(result) }
        model = Model(graph: editor.graph, weights: weights)
        self.tensors = tensors
    }

    var inputs: [(String, Tensor)] {
        model.graph.inputs.map { (model.graph[$0].name, tensors[model.graph[$0].name] ?? Tensor(shape: [0])) }
    }

    var hasPlainSymbols: Bool {
        model.graph.inputs.allSatisfy { input in
            model.graph[input].type.dimensions.allSatisfy { $0.number != nil || $0.symbol != nil }
        }
    }

    /// The results by the reference kernel.
    func answers() -> [(String, Tensor)] {
        let values = ReferenceInterpreter(model.graph).run(tensors, batch: Self.batch)
        return model.graph.outputs.map {
            (model.graph[$0].name, values[$0.index].converted(to: model.graph[$0].type.elementType))
        }
    }

    func answers(of imported: Model) throws -> [Tensor] {
        var bindings = tensors
        for parameter in imported.graph.parameters {
            let value = imported.graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: try #require(value.type.shape),
                elements: try #require(imported.weights[value.name]).map(Double.init))
        }
        let values = ReferenceInterpreter(imported.graph).run(bindings, batch: Self.batch)
        return imported.graph.outputs.map { values[$0.index].converted(to: imported.graph[$0].type.elementType) }
    }
}
