import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import OperatorCases

/// One call of an operator as a graph: its operands are the inputs, or the parameters that it would bring, or constants; its results are
/// the outputs.
struct OperatorAgreement {
    private let graph: Graph
    private let weights: [String: [Float]]
    private let batch: Int
    private let operands: [Tensor]
    private let expected: [Tensor]
    private let context: EvaluationContext

    /// Draws the operands and computes the results with the reference kernel.
    init(_ call: OperatorCase, batch: Int, _ random: inout SeededRandom) throws {
        // What a caller can hand over: numbers of the element type.
        let operands = zip(call.tensors(batch: batch, &random), call.operands).map {
            $0.converted(to: $1.elementType)
        }
        let inputs = operands.count - call.operation.implicitParameters(call.operands).count
        var editor = GraphEditor(name: "agreement")
        var values: [ValueID] = []
        var weights: [String: [Float]] = [:]
        for (index, type) in call.operands.enumerated() {
            if call.constants.contains(index) {
                values.append(try editor.addConstant("x\(index)", type, elements: operands[index].data))
            } else if index < inputs {
                values.append(try editor.addInput("x\(index)", type))
            } else {
                values.append(try editor.addParameter("x\(index)", type, initializer: .constant(0)))
                weights["x\(index)"] = operands[index].elements.map { Float($0) }
            }
        }
        for result in try editor.apply(call.operation, to: values, names: ["y"]) { editor.addOutput(result) }
        graph = editor.graph
        self.weights = weights
        self.batch = batch
        self.operands = operands.indices.filter { $0 < inputs && !call.constants.contains($0) }.map { operands[$0] }
        context = EvaluationContext(seed: random.next(), step: random.integer(1...9))
        let bindings = Dictionary(uniqueKeysWithValues: operands.enumerated().map { ("x\($0)", $1) })
        let tensors = ReferenceInterpreter(graph, context: context).run(bindings, batch: batch)
        expected = graph.outputs.map { tensors[$0.index] }
    }

    /// Why the plan for a target isn't as good as the reference; nil where it is.
    func difference(on target: Target) -> String? {
        let found: [Tensor]
        do {
            var model = Model(graph: graph)
            model.weights = weights
            let plan = try Compiler.inferencePlan(model, target: target, batchBound: batch)
            try plan.verify()
            try plan.verifyBuffers()
            found = try PlanRun.tensors(of: plan, operands, batch: batch, context)
        } catch {
            return "\(error)"
        }
        for (index, (result, reference)) in zip(found, expected).enumerated() {
            if let difference = Self.difference(result, reference) { return "result \(index) \(difference)" }
        }
        return nil
    }

    /// How a result differs from the reference; nil where it is as near as its type allows.
    private static func difference(_ result: Tensor, _ reference: Tensor) -> String? {
        guard result.count == reference.count else {
            return "has \(result.count) elements instead of \(reference.count)"
        }
        guard result.elementType.isFloatingPoint else {
            let place = zip(result.integers, reference.integers).enumerated().first { $1.0 != $1.1 }
            return place.map { "is \($1.0) at \($0), not \($1.1)" }
        }
        let magnitude = reference.elements.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        // Formulas like log(1 + exp(x)) have an absolute error of a unit in the last place of 1.
        let allowed = max(magnitude * tolerance(of: result.elementType), 0x1p-23)
        for (index, (number, right)) in zip(result.elements, reference.elements).enumerated() {
            let isNear =
                right.isFinite ? abs(number - right) <= allowed : number == right || number.isNaN && right.isNaN
            if !isNear { return "is \(number) at \(index), not \(right); \(allowed) is allowed" }
        }
        return nil
    }

    /// Errors of the functions and of the sums of f32, and half a unit in the last place of what is stored.
    private static func tolerance(of type: ElementType) -> Double {
        switch type {
        case .f16: 0x1p-11 + 2e-5
        case .bf16: 0x1p-9 + 2e-5
        default: 2e-5
        }
    }
}

extension PlanRun {
    /// The outputs of a plan, in order, from the inputs in order, of any element types.
    static func tensors(
        of plan: Plan, _ operands: [Tensor], batch: Int, _ context: EvaluationContext
    ) throws -> [Tensor] {
        let samples = plan.hasBatch ? batch : 1
        var session = try Session(plan, threads: 1)
        var memory: [UnsafeMutableRawBufferPointer] = []
        defer { for block in memory { block.deallocate() } }
        for (index, port) in plan.inputs.enumerated() {
            let bytes = operands[index].data.bytes(of: type(port))
            guard bytes.count == port.elements(samples: samples) * port.elementType.size else {
                throw WrongPort(description: "the input \(port.name) is \(port.typeText)")
            }
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 64, alignment: 64)
            memory.append(block)
            block.copyBytes(from: bytes)
            session.bindInput(index, to: UnsafeRawPointer(block.baseAddress!))
        }
        for (index, port) in plan.outputs.enumerated() {
            let count = port.elements(samples: samples) * port.elementType.size
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 64, alignment: 64)
            memory.append(block)
            block.initializeMemory(as: UInt8.self, repeating: 0xA5)
            session.bindOutput(index, to: block.baseAddress!)
        }
        var arguments = RunArguments()
        arguments.step = UInt32(context.step)
        arguments.seedLow = UInt32(truncatingIfNeeded: context.seed)
        arguments.seedHigh = UInt32(truncatingIfNeeded: context.seed >> 32)
        try session.run(batch: samples, arguments: arguments)
        return try plan.outputs.enumerated().map { index, port in
            let block = memory[plan.inputs.count + index]
            let bytes = [UInt8](block)
            let count = block.count - 64
            guard bytes[count...].allSatisfy({ $0 == 0xA5 }) else {
                throw WrongPort(description: "the output \(port.name) is written beyond its end")
            }
            let elements = Elements(bytes.span, in: 0..<count, of: type(port))
            return Tensor(type(port), shape: [elements.count], data: elements)
        }
    }

    private static func type(_ port: Port) -> ApusGraph.ElementType {
        ApusGraph.ElementType(rawValue: port.elementType.rawValue)!
    }

    private struct WrongPort: Error, CustomStringConvertible {
        var description: String
    }
}
