import ApusGraph
import ApusInstructions
import ApusKernels
import ApusPlan

/// What is made of a part of a parameter.
struct DerivedPart<Parameters: BitwiseCopyable> {
    var parameters: Parameters
    /// The part's first element.
    var source = 0
    /// Elements of what is made of it.
    var elements: Int
}

extension Lowering {
    /// What `opcode` makes of a parameter: packed weights, or a padded vector.
    ///
    /// Where weights are constant the compiler makes it, else the prologue.
    mutating func derive<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ value: ValueID, _ parameters: Parameters, elements count: Int
    ) throws(LoweringError) -> Operand {
        try derive(opcode, value, [DerivedPart(parameters: parameters, elements: count)])
    }

    /// The same for parts of a parameter, that lie one after the other in what is made of them.
    mutating func derive<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ value: ValueID, _ parts: [DerivedPart<Parameters>]
    ) throws(LoweringError) -> Operand {
        let key = DerivedKey(
            value: value.index, opcode: opcode, parameters: parts.flatMap { bytes(of: $0.parameters) })
        if let known = derived[key] { return known }
        let result: Operand
        let name = graph[value].name
        if options.weights == .constant || whole[value.index]?.place.arena == .constants {
            guard unsafe kernel(for: opcode) != nil else {
                throw .unsupported(value: name, operation: "\(opcode)", reason: "has no kernel")
            }
            let source = try floats(of: value)
            let packings = parts.map { part in
                let packing = ConstantSection.Packing(
                    opcode: opcode, parameters: bytes(of: part.parameters), elements: source, first: part.source)
                return (packing: packing, elements: part.elements)
            }
            result = Operand(.constants, offset: constants.append(packings))
        } else {
            let source = try wholeValue(value)
            result = addState(elements: parts.reduce(0) { $0 + $1.elements })
            var place = result
            for part in parts {
                let from = Operand(source.place.arena, offset: source.place.offset + part.source * 4)
                plan.prologue.append(
                    Instruction(opcode, operands: [from, place], parameters: bytes(of: part.parameters), label: name))
                place.offset += part.elements * 4
            }
        }
        derived[key] = result
        return result
    }

    mutating func packedWeights(_ value: ValueID, _ parameters: PackParameters) throws(LoweringError) -> Operand {
        guard !stages.isReduced(value) else {
            throw .unsupported(value: graph[value].name, operation: "a weight", reason: "can't depend on the samples")
        }
        return try derive(.packWeights, value, parameters, elements: parameters.packedElements)
    }

    /// A weight of `lines` rows of `depth` elements, in panels of `width` lines.
    mutating func packedPanels(
        _ value: ValueID, lines: Int, depth: Int, width: Int
    ) throws(LoweringError) -> Operand {
        guard !stages.isReduced(value) else {
            throw .unsupported(value: graph[value].name, operation: "a weight", reason: "can't depend on the samples")
        }
        return try derive(
            .packMatrix, value,
            PackMatrixParameters(lines: lines, depth: depth, width: width, lineStride: depth, depthStride: 1),
            elements: MatrixTile.packedElements(lines: lines, depth: depth, width: width))
    }

    /// A vector with zeros up to whole blocks.
    mutating func paddedVector(_ value: ValueID) throws(LoweringError) -> Operand {
        // Sums have room for whole blocks where they are made.
        if stages.isReduced(value) { return try wholeValue(value).place }
        return try paddedVector(value, to: lanes)
    }

    /// A vector with zeros up to a multiple of `multiple` elements.
    ///
    /// - Precondition: the value depends on no sample.
    mutating func paddedVector(_ value: ValueID, to multiple: Int) throws(LoweringError) -> Operand {
        let count = context.samples.shape(value)?.reduce(1, *) ?? 0
        let padded = count.roundedUp(to: multiple)
        return try derive(.padVector, value, PadVectorParameters(count: count, paddedCount: padded), elements: padded)
    }
}
