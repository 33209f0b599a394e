/// One kind of instruction: what it is called, which parameters it takes, and what it touches.
///
/// A value of a conforming type is the checked parameters of one instruction: its initializer refuses every field that a
/// kernel can't compute with, whoever wrote it, so what follows needs no checks. The file of a kind holds its number, its
/// parameter structure (unless several kinds share one) and its definition. ``InstructionCatalogue`` has a line for each.
package protocol InstructionDefinition: Sendable {
    static var opcode: Opcode { get }
    /// What it is called in dumps, profiles and errors: `convolution`.
    static var name: String { get }

    /// - Parameter lanes: V, the vector width of the plan's target.
    init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError)

    /// What a call with `samples` samples may touch of each operand, in the order of the operands: every byte that a kernel
    /// may read or write, border and unused lanes included, whether or not it does. The number, the order and the access of
    /// the operands don't depend on `samples`, and their bytes grow evenly with it.
    ///
    /// - Parameter samples: 1 or more, of any size: sums that are too large for the arithmetic are as good as infinite.
    func operands(samples: Int) -> [OperandExtent]

    /// Turns of the innermost loops that a call with `samples` samples takes at most: elements that are gone through, steps of a
    /// program for each of them, or multiply-adds. Nil: no more than a sample's operands have bytes, for each of the samples.
    ///
    /// Strides of zero touch no more memory however often they are taken: without this a few bytes could ask for years.
    func steps(samples: Int) -> Int?

    /// Multiply-adds that the kernel really does for `samples` samples, where that is not the definition's; nil: as the plan
    /// says.
    func multiplyAdds(samples: Int) -> Int?

    /// What its multiply-adds are of.
    var factors: FactorType { get }

    /// Bytes written, where that is less than the extents; nil: as they say.
    func bytesWritten(samples: Int) -> Int?

    /// What the compiler chose of several ways to compute the same, for people to read: `direct, tile of 2 × 6`. Nil where
    /// there was nothing to choose.
    var choice: String? { get }

    /// The same instruction with each of the other choices that may be faster, and with the one it has. Empty where there is
    /// nothing to measure.
    var candidates: [TuningCandidate] { get }

    /// Whether a sample's result depends on the other samples of the call.
    var couplesSamples: Bool { get }

    /// The ways in which it can be cut for several threads; none where it can't.
    var partitions: [Partition] { get }

    /// Whether it only writes beside what the instruction before it makes: where both are cut the same way, a part of it may follow that
    /// instruction's part without waiting for the others.
    var completesResult: Bool { get }

    /// The results that may lie exactly where an operand does, in a call with `samples` samples: the kernel reads each of the
    /// operand's elements before it writes the element in the same place, and never again after that. All else that it writes lies
    /// apart from all that it reads.
    func sharedPlaces(samples: Int) -> [SharedPlace]
}

extension InstructionDefinition {
    package func steps(samples: Int) -> Int? { nil }
    package func multiplyAdds(samples: Int) -> Int? { nil }
    package var factors: FactorType { .f32 }
    package func bytesWritten(samples: Int) -> Int? { nil }
    package var choice: String? { nil }
    package var candidates: [TuningCandidate] { [] }
    package var couplesSamples: Bool { false }
    package var partitions: [Partition] { [] }
    package var completesResult: Bool { false }
    package func sharedPlaces(samples: Int) -> [SharedPlace] { [] }
}

/// Two operands of an instruction, by their numbers, that may have one place.
package struct SharedPlace: Sendable, Equatable {
    /// What is read.
    package var operand: Int
    /// What is written.
    package var result: Int

    package init(_ operand: Int, with result: Int) {
        self.operand = operand
        self.result = result
    }
}

/// One of several ways to compute an instruction, to be measured against the others.
package struct TuningCandidate: Sendable, Equatable {
    /// The instruction's parameters, with this choice.
    package var parameters: [UInt8]
    /// For people to read: `2 × 6`.
    package var name: String

    package init(parameters: [UInt8], name: String) {
        self.parameters = parameters
        self.name = name
    }
}
