package import ApusInstructions

extension Instruction {
    /// The instruction's checked parameters, which say what it touches.
    ///
    /// - Parameter lanes: V, the vector width of the plan's target.
    package func definition(lanes: Int) throws(ParameterError) -> any InstructionDefinition {
        guard let kind = InstructionCatalogue.definition(of: opcode) else {
            throw ParameterError("there is no instruction \(opcode.rawValue)")
        }
        return try kind.init(ParameterBytes(parameters), lanes: lanes)
    }

    /// What each operand's kernel touches when it computes `samples` samples of the batch, with all of its repeats, in the
    /// order of the operands.
    ///
    /// The extents cover every byte a kernel may read or write, border and unused lanes included, whether or not it does.
    /// Parameters may come from anywhere: sizes too large for the arithmetic are as good as infinite.
    package func extents(samples: Int, lanes: Int) throws(ParameterError) -> [OperandExtent] {
        try definition(lanes: lanes).operands(samples: product(samples, repeats))
    }

    /// The numbers of the operands that the kernel computes in, and nobody else reads; none where the parameters are wrong.
    package func scratchOperands(lanes: Int) -> [Int] {
        let extents = (try? definition(lanes: lanes))?.operands(samples: 1) ?? []
        return extents.indices.filter { extents[$0].access == .scratch }
    }

    /// What the compiler chose of several ways to compute the same, for people to read. Nil where there was nothing to
    /// choose, or where the parameters are wrong.
    package func choice(lanes: Int) -> String? { (try? definition(lanes: lanes))?.choice }

    /// What its multiply-adds are of; of f32 where the parameters are wrong.
    package func factors(lanes: Int) -> FactorType { (try? definition(lanes: lanes))?.factors ?? .f32 }

    /// The other choices that may be faster, and the one that was made. Empty where there is nothing to measure.
    package func candidates(lanes: Int) -> [TuningCandidate] { (try? definition(lanes: lanes))?.candidates ?? [] }
}
