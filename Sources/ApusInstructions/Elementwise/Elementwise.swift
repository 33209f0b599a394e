extension Opcode {
    package static let elementwise = Opcode(rawValue: 48)
}

/// A short program for each element: registers 0, 1, ... first hold the sources' elements; each step writes one register;
/// the destination gets the register that the last step wrote. Sources and destination have the same layout.
///
/// The operands are `sources` sources and then the destination, which may be one of the sources. Without steps the
/// first source is copied.
///
/// `count` elements a sample (any number: the tail is done with care), with a stride of its own for each operand. After
/// this structure stand `steps` times ``ElementwiseStep``.
package struct ElementwiseParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var steps: Int32
    package var sources: Int32
    package var stride0: Int32 = 0
    package var stride1: Int32 = 0
    package var stride2: Int32 = 0
    package var stride3: Int32 = 0
    package var destinationStride: Int32
    package init(count: Int, steps: Int, sources: Int, destinationStride: Int) {
        self.count = Int32(count)
        self.steps = Int32(steps)
        self.sources = Int32(sources)
        self.destinationStride = Int32(destinationStride)
    }
}

/// `up to four sources, destination` · ``ElementwiseParameters`` and its steps
package struct ElementwiseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .elementwise }
    package static var name: String { "elementwise" }
    private let count: Int
    /// Of the sources.
    private let strides: [Int]
    private let destinationStride: Int
    private let program: ElementwiseParameters
    private let steps: [ElementwiseStep]

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let steps = try parameters.loadList(
            of: ElementwiseStep.self, after: MemoryLayout<ElementwiseParameters>.size)
        program = try parameters.load(
            ElementwiseParameters.self, trailing: steps.count * MemoryLayout<ElementwiseStep>.size)
        count = try notNegative(program.count, "the count")
        let sources = try check(program.sources, 0...4, "the number of sources")
        let number = try check(program.steps, 1...(1 << 20), "the number of steps")
        try require(number == steps.count, "the program has \(steps.count) steps instead of \(number)")
        let registers = 0...(ElementwiseStep.registers - 1)
        // A register that nothing was written to has no memory of its own.
        var isWritten = registers.map { $0 < sources }
        for step in steps {
            guard let operation = ElementwiseStep.Operation(rawValue: step.operation) else {
                throw ParameterError("there is no operation \(step.operation)")
            }
            for register in [step.first, step.second, step.result] { _ = try check(register, registers, "a register") }
            for register in [step.first, step.second].prefix(operation.operands) where !isWritten[Int(register)] {
                throw ParameterError("\(operation) reads register \(register), which holds nothing")
            }
            isWritten[Int(step.result)] = true
        }
        var strides: [Int] = []
        for (index, stride) in [program.stride0, program.stride1, program.stride2, program.stride3].enumerated()
        where index < sources {
            strides.append(try notNegative(stride, "the stride of source \(index)"))
        }
        self.strides = strides
        self.steps = steps
        destinationStride = try notNegative(program.destinationStride, "the destination's stride")
        // What is run once may have no stride at all.
        if destinationStride != 0 { try requireApart(destinationStride, count, "result") }
    }

    package func steps(samples: Int) -> Int? { turns(samples, count, steps.count + 1) }

    package func operands(samples: Int) -> [OperandExtent] {
        strides.enumerated().map { index, stride in
            OperandExtent("source \(index)", .read, elements: count, every: stride, samples: samples)
        } + [OperandExtent("destination", .write, elements: count, every: destinationStride, samples: samples)]
    }

    package var partitions: [Partition] {
        let (whole, steps) = (program, steps)
        let elementBytes = [Int](repeating: 4, count: strides.count + 1)
        return [
            Partition(elements: count, elementBytes: elementBytes) { count in
                var part = whole
                part.count = Int32(count)
                return steps.reduce(into: ParameterBytes(part).bytes) { $0 += ParameterBytes($1).bytes }
            }
        ]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        strides.indices.filter { samples == 1 || strides[$0] == destinationStride && destinationStride != 0 }
            .map { SharedPlace($0, with: strides.count) }
    }
}
