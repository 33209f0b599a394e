import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Runs the plan of a model on tensors of any type.
enum TypedRun {
    /// The outputs, by name.
    static func answers(
        of model: Model, _ inputs: [(String, Tensor)], batch: Int
    ) throws -> [(String, Tensor)] {
        let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget())
        var session = try Session(plan)
        var blocks: [UnsafeMutableRawPointer] = []
        defer { for block in blocks { block.deallocate() } }
        func block(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
            let block = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
            block.copyMemory(from: bytes, byteCount: bytes.count)
            blocks.append(block)
            return block
        }
        for (number, port) in plan.inputs.enumerated() {
            let tensor = try #require(inputs.first { $0.0 == port.name }?.1)
            session.bindInput(number, to: block(tensor.data.bytes(of: tensor.elementType)))
        }
        let outputs = plan.outputs.map { port in
            block([UInt8](repeating: 0xA5, count: port.isShared ? port.sampleBytes : batch * port.sampleBytes))
        }
        for (number, output) in outputs.enumerated() { session.bindOutput(number, to: output) }
        try session.run(batch: batch)
        return zip(plan.outputs, outputs).map { port, output in
            let type = ElementType(rawValue: port.elementType.rawValue) ?? .f32
            let shape = (port.isShared ? [] : [batch]) + port.sampleShape
            let bytes = [UInt8](UnsafeRawBufferPointer(start: output, count: shape.reduce(1, *) * type.size))
            return (port.name, Tensor(type, shape: shape, data: Elements(bytes.span, in: bytes.indices, of: type)))
        }
    }
}
