import ApusInstructions
import ApusPlan
import ApusRuntime

/// The bytes of a parameter structure.
private func bytes<Parameters>(of parameters: Parameters) -> [UInt8] {
    withUnsafeBytes(of: parameters) { Array($0) }
}

/// A plan written by hand for four lanes. For samples `x` and `y` of three numbers that all samples have in common, it gives
/// `sum: f32[N, 3] = x + y`, and once `twice: f32[3] = y + y`.
func sharedPortPlan() -> Plan {
    var plan = Plan(name: "shared", target: .baseline, batchBound: 8, microBatch: 2)
    plan.inputs = [
        Port(name: "x", elementType: .f32, sampleShape: [3]),
        Port(name: "y", elementType: .f32, sampleShape: [3], isShared: true),
    ]
    plan.outputs = [
        Port(name: "sum", elementType: .f32, sampleShape: [3]),
        Port(name: "twice", elementType: .f32, sampleShape: [3], isShared: true),
    ]
    func add(_ operands: [Operand], strides: (Int32, Int32), destination: Int, _ label: String) -> Instruction {
        var program = ElementwiseParameters(count: 3, steps: 1, sources: 2, destinationStride: destination)
        (program.stride0, program.stride1) = strides
        return Instruction(
            .elementwise, operands: operands,
            parameters: bytes(of: program) + bytes(of: ElementwiseStep(.add, first: 0, second: 1, result: 2)),
            label: label)
    }
    plan.prologue = [
        add(
            [Operand(.input, port: 1), Operand(.input, port: 1), Operand(.output, port: 1)], strides: (3, 3),
            destination: 3, "twice")
    ]
    plan.body = [
        add(
            [Operand(.input, port: 0), Operand(.input, port: 1), Operand(.output, port: 0)], strides: (3, 0),
            destination: 3, "sum")
    ]
    return plan
}
