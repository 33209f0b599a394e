import ApusCompiler
import ApusFiles
import ApusGraph
import ApusONNX
import ApusPlan
import ApusRuntime
import FoundationEssentials
import ONNXSchema
import SwiftProtobuf

/// Imports, compiles and runs a case.
struct CaseRun {
    let item: ConformanceCase
    /// The folder of the case.
    let folder: String
    /// Whether the reference interpreter answers, in place of a plan.
    let usesReference: Bool

    func outcome() -> Outcome {
        do {
            let path = "\(folder)/model.onnx"
            let file: ONNXFile
            do { file = try ONNXFile(contentsOf: path) } catch { return .unsupported(error.description(without: path)) }
            return try outcome(of: file)
        } catch {
            return .wrong("\(error)")
        }
    }

    /// Takes the model as it is; where it can't be taken so, with small inputs given before it runs. Apus wants to know shapes
    /// early, and most of the tests have what shapes depend on as an input, where exported models have constants.
    private func outcome(of file: ONNXFile) throws -> Outcome {
        var reason = ""
        var before: Set<String>?
        for kind in Specialization.allCases {
            let given = try inputs(of: file)
            let fixed = given.filter { kind.fixes($0.value) }
            guard Set(fixed.keys) != before else { continue }
            before = Set(fixed.keys)
            do {
                let model = try Model(fixed.isEmpty ? file : file.fixing(fixed))
                let differences = try differences(model, given)
                return differences.isEmpty
                    ? .passed(isSpecialized: !fixed.isEmpty) : .wrong(differences.joined(separator: "; "))
            } catch let error as ONNXError {
                reason = error.description(without: file.path)
            } catch let error as CompileError {
                reason = "the compiler: \(error)"
            }
        }
        return .unsupported(reason)
    }

    /// The inputs by name; what is no tensor that Apus has a type for is left out.
    private func inputs(of file: ONNXFile) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (number, input) in file.message.graph.input.enumerated() {
            let path = "\(folder)/input_\(number).pb"
            if fileExists(path) { tensors[input.name] = try? Tensor(onnxTensor: readFile(path), path: path) }
        }
        return tensors
    }

    /// What is wrong with each output that is not as expected.
    private func differences(_ model: Model, _ given: [String: Tensor]) throws -> [String] {
        let answers = try usesReference ? referenceAnswers(model, given) : planAnswers(model, given)
        var differences: [String] = []
        for (number, output) in model.graph.outputs.enumerated() {
            let path = "\(folder)/output_\(number).pb"
            let expected = try Tensor(onnxTensor: readFile(path), path: path)
            if let problem = answers[number].difference(from: expected, item.isRandom ? nil : item.tolerance) {
                differences.append("'\(model.graph[output].name)' \(problem)")
            }
        }
        return differences
    }

    private func referenceAnswers(_ model: Model, _ given: [String: Tensor]) -> [Tensor] {
        var bindings = given
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 1), elements: (model.weights[value.name] ?? []).map(Double.init))
        }
        let values = ReferenceInterpreter(model.graph).run(bindings, batch: 1)
        return model.graph.outputs.map { values[$0.index].converted(to: model.graph[$0].type.elementType) }
    }

    private func planAnswers(_ model: Model, _ given: [String: Tensor]) throws -> [Tensor] {
        let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget())
        var session = try Session(plan)
        let inputs = try plan.inputs.map { port in
            guard let tensor = given[port.name] else { throw CaseError("the input '\(port.name)' has no file") }
            let isOfType = tensor.elementType.rawValue == port.elementType.rawValue
            guard isOfType, tensor.count == port.elements(samples: 1) else {
                throw CaseError("the input '\(port.name)' is \(tensor.shape), and the plan takes \(port.typeText)")
            }
            return PortMemory(tensor.data.bytes(of: tensor.elementType))
        }
        let outputs = plan.outputs.map { PortMemory([UInt8](repeating: 0xA5, count: $0.sampleBytes)) }
        for (number, memory) in inputs.enumerated() { session.bindInput(number, to: memory.start) }
        for (number, memory) in outputs.enumerated() { session.bindOutput(number, to: memory.start) }
        try session.run(batch: 1)
        return withExtendedLifetime(inputs) {
            zip(plan.outputs, outputs).map { port, memory in
                let type = ElementType(rawValue: port.elementType.rawValue) ?? .f32
                let bytes = memory.bytes
                return Tensor(
                    type, shape: (port.isShared ? [] : [1]) + port.sampleShape,
                    data: Elements(bytes.span, in: bytes.indices, of: type))
            }
        }
    }
}

/// Which inputs are given before the model runs.
private enum Specialization: CaseIterable {
    case none
    /// Shapes, axes, counts and conditions.
    case wholeNumbers
    /// Also factors.
    case numbers

    func fixes(_ tensor: Tensor) -> Bool {
        guard tensor.shape.count <= 1, tensor.count <= 64 else { return false }
        return switch self {
        case .none: false
        case .wholeNumbers: !tensor.elementType.isFloatingPoint
        case .numbers: true
        }
    }
}

extension ONNXFile {
    /// The file with inputs turned into initializers.
    fileprivate func fixing(_ inputs: [String: Tensor]) throws -> ONNXFile {
        var changed = message
        for (name, tensor) in inputs.sorted(by: { $0.key < $1.key }) {
            changed.graph.initializer.append(
                TensorProto.with {
                    $0.name = name
                    $0.dims = tensor.shape.map(Int64.init)
                    $0.dataType = Int32(tensor.elementType.dataType.rawValue)
                    $0.rawData = Data(tensor.data.bytes(of: tensor.elementType))
                })
        }
        return try ONNXFile(changed.serializedBytes(), path: path)
    }
}

extension ONNXError {
    /// The text without the file's name before it.
    fileprivate func description(without path: String) -> String {
        let text = description
        return text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
    }
}

/// Memory of a port.
private final class PortMemory {
    private let room: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        room = .allocate(byteCount: max(bytes.count, 1), alignment: 64)
        room.copyBytes(from: bytes)
        count = bytes.count
    }

    private let count: Int

    var start: UnsafeMutableRawPointer { room.baseAddress.unsafelyUnwrapped }
    var bytes: [UInt8] { Array(room.prefix(count)) }

    deinit { room.deallocate() }
}

/// Why a case can't be run.
private struct CaseError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
