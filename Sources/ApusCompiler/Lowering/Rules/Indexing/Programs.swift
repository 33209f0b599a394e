import ApusInstructions

// Small element-wise programs that go with the movement of elements.
extension Lowering {
    /// Appends a program for each element of three nested loops.
    ///
    /// - Parameters:
    ///   - extents: of the loops; nil for one that runs over the destination.
    ///   - source: what the first register holds, if anything, and its strides.
    mutating func emitProgram(
        _ steps: [MapStep], computeType: ComputeType, extents: [Int]? = nil, source: (PlainValue, strides: [Int])?,
        destination: PlainValue, label: String
    ) {
        let extents = extents ?? [destination.count]
        var operand = MapOperand(
            type: destination.type, strides: eight(rowMajorStrides(extents), before: 0),
            sampleStride: destination.sampleStride)
        var parameters = MapParameters(
            extents: eight(extents, before: 1), computeType: computeType, sourceCount: source == nil ? 0 : 1,
            stepCount: steps.count, destination: operand)
        if let (value, strides) = source {
            operand = MapOperand(
                type: value.type, strides: eight(strides, before: 0), sampleStride: value.sampleStride)
            parameters.sources.0 = operand
        }
        body.append(
            PendingInstruction(
                opcode: .map, operands: (source.map { [$0.0.place] } ?? []) + [destination.place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: label, multiplyAdds: 0))
    }

    /// Sets all elements of a value to zero, so that others can be added to them.
    mutating func clear(_ result: PlainValue, label: String) {
        emitProgram(
            [MapStep(constant: 0, result: 0)], computeType: .float32, source: nil, destination: result, label: label)
    }

    /// Converts all elements of a value.
    mutating func convert(_ source: PlainValue, to result: PlainValue, label: String) {
        emitProgram(
            [], computeType: source.type.isInteger ? .int64 : .float32, source: (source, [1]), destination: result,
            label: label)
    }

    /// The numbers of the innermost of eight loops, with `padding` for the others.
    private func eight(_ numbers: [Int], before padding: Int) -> Eight {
        let all = Array(repeating: padding, count: 8 - numbers.count) + numbers
        func number(_ index: Int) -> Int32 { Int32(all[index]) }
        return (number(0), number(1), number(2), number(3), number(4), number(5), number(6), number(7))
    }
}
