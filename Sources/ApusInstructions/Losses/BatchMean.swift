extension Opcode {
    /// `source, mean, arguments` · ``BatchMeanParameters``
    package static let batchMean = Opcode(rawValue: 152)
}

/// The mean over all elements of a batch, of which each sample has `count`. With `w` = ``RunArguments/inverseBatch`` `/ count`:
/// **batchMean** adds `w · Σ x` over the samples of the call to the mean, **batchMeanGradient** writes `w` times the mean's gradient
/// to each element.
package struct BatchMeanParameters: Sendable, BitwiseCopyable {
    package var count: Int32
    /// Elements from a sample to the next.
    package var sampleStride: Int32
    package init(count: Int, sampleStride: Int) {
        self.count = Int32(count)
        self.sampleStride = Int32(sampleStride)
    }
}

/// ``BatchMeanParameters``, checked.
struct CheckedBatchMean: Sendable {
    let count: Int
    let sampleStride: Int

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        let parameters = try bytes.load(BatchMeanParameters.self)
        count = try positive(parameters.count, "the count")
        sampleStride = try notNegative(parameters.sampleStride, "the sample stride")
    }

    func elements(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, elements: count, every: sampleStride, samples: samples)
    }
}

/// The definition of **batchMean**. Each sample is summed in single precision in parts of 64 vectors, which are added in double
/// precision in order.
package struct BatchMeanInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchMean }
    package static var name: String { "batchMean" }
    private let mean: CheckedBatchMean

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        mean = try CheckedBatchMean(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [mean.elements("source", .read, samples: samples), OperandExtent("mean", .update, elements: 1), .arguments]
    }
}
