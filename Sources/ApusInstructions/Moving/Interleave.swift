extension Opcode {
    package static let interleave = Opcode(rawValue: 5)
}

/// Makes one image of four, each of which has every second row and column of it:
///
///     destination[c, 2·y + a, 2·x + b] = source_ab[c, y, x]
///
/// for a and b of 0 and 1; zero where a source is null. All have blocks of V; the sources have no border, `(height + 1 - a) / 2` rows and
/// `(width + 1 - b) / 2` columns. It is the last step of the input gradient of a convolution with a step of two.
package struct InterleaveParameters: Sendable, Equatable, BitwiseCopyable {
    package var destination: ImageLayout
    /// Elements from one sample to the next: of the sources (0, 0), (0, 1), (1, 0) and (1, 1).
    package var sampleStrides: InlineArray<4, Int32>

    package init(destination: ImageLayout, sampleStrides: InlineArray<4, Int32>) {
        self.destination = destination
        self.sampleStrides = sampleStrides
    }

    /// - Parameter part: `2·a + b`.
    package static func size(of part: Int, height: Int, width: Int) -> (height: Int, width: Int) {
        ((height + 1 - part / 2) / 2, (width + 1 - part % 2) / 2)
    }

    package static func == (left: InterleaveParameters, right: InterleaveParameters) -> Bool {
        left.destination == right.destination
            && left.sampleStrides.indices.allSatisfy { left.sampleStrides[$0] == right.sampleStrides[$0] }
    }
}

/// `source (0, 0)?, source (0, 1)?, source (1, 0)?, source (1, 1)?, destination` · ``InterleaveParameters``
package struct InterleaveInstruction: InstructionDefinition {
    package static var opcode: Opcode { .interleave }
    package static var name: String { "interleave" }
    private let destination: CheckedImage
    private let elements: [Int]
    private let strides: [Int]

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(InterleaveParameters.self)
        destination = try CheckedImage(parameters.destination, "destination", isWritten: true)
        try require(
            destination.block == lanes, "the destination's block is \(destination.block), not \(lanes)")
        var (elements, strides): ([Int], [Int]) = ([], [])
        for part in 0..<4 {
            let (height, width) = InterleaveParameters.size(
                of: part, height: destination.height, width: destination.width)
            elements.append(product(height, width, destination.paddedChannels))
            strides.append(try notNegative(parameters.sampleStrides[part], "the stride of a source's samples"))
        }
        self.elements = elements
        self.strides = strides
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let sources = (0..<4).map { part in
            OperandExtent(
                "source (\(part / 2), \(part % 2))", .read, elements: elements[part], every: strides[part],
                samples: samples, isOptional: true)
        }
        return sources + [OperandExtent("destination", .write, destination, samples: samples)]
    }
}
