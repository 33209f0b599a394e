import ApusGraph
import ApusInstructions
import ApusKernels
import ApusPlan

extension Lowering {
    /// What `opcode` makes of a parameter: packed weights, or a padded vector.
    ///
    /// Where weights are constant the baseline kernel, which makes the order of any target, is run here and now; else the
    /// prologue runs the instruction.
    mutating func derive<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ value: ValueID, _ parameters: Parameters, elements count: Int
    ) throws(LoweringError) -> Operand {
        let key = DerivedKey(value: value.index, opcode: opcode, parameters: bytes(of: parameters))
        if let known = derived[key] { return known }
        let result: Operand
        if options.weights == .constant || whole[value.index]?.place.arena == .constants {
            let source = try elements(of: value).doubles.map(Float.init)
            result = addConstant(try packed(opcode, source, parameters, count: count, name: graph[value].name))
        } else {
            let source = try wholeValue(value)
            result = addState(elements: count)
            plan.prologue.append(
                Instruction(
                    opcode, operands: [source.place, result], parameters: bytes(of: parameters),
                    label: graph[value].name))
        }
        derived[key] = result
        return result
    }

    private func packed<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ source: [Float], _ parameters: Parameters, count: Int, name: String
    ) throws(LoweringError) -> [Float] {
        guard let kernel = unsafe kernel(for: opcode) else {
            throw .unsupported(value: name, operation: "\(opcode)", reason: "has no kernel")
        }
        var result = [Float](repeating: 0, count: count)
        unsafe source.withUnsafeBytes { from in
            unsafe result.withUnsafeMutableBytes { to in
                unsafe withUnsafeBytes(of: parameters) { bytes in
                    guard let structure = bytes.baseAddress else { return }
                    let operands = unsafe [UnsafeMutableRawPointer(mutating: from.baseAddress), to.baseAddress]
                    unsafe operands.withUnsafeBufferPointer { list in
                        guard let first = list.baseAddress else { return }
                        unsafe kernel(first, structure, 1)
                    }
                }
            }
        }
        return result
    }

    mutating func packedWeights(_ value: ValueID, _ parameters: PackParameters) throws(LoweringError) -> Operand {
        guard reductions[value] == nil else {
            throw .unsupported(value: graph[value].name, operation: "a weight", reason: "can't depend on the samples")
        }
        return try derive(.packWeights, value, parameters, elements: parameters.packedElements)
    }

    /// A vector with zeros up to whole blocks.
    mutating func paddedVector(_ value: ValueID) throws(LoweringError) -> Operand {
        if let operand = reductions[value] { return operand }
        let count = context.samples.shape(value)?.reduce(1, *) ?? 0
        let padded = count.roundedUp(to: lanes)
        return try derive(.padVector, value, PadVectorParameters(count: count, paddedCount: padded), elements: padded)
    }
}
