extension Opcode {
    /// `updates, indices, destination` · ``IndexParameters``
    package static let scatter = Opcode(rawValue: 150)
}

/// What **scatter** does with an element that is there, and its update. The numbers stand in plan files.
package enum ScatterOperation: UInt8, Sendable, CaseIterable {
    case replace = 0
    case add, multiply, maximum, minimum

    /// Whether **scatter** computes it with elements of `type`. Any can be replaced.
    package func computes(_ type: StoredType) -> Bool {
        switch type {
        case .float32, .int32, .int64, .uint8: true
        case .boolean: self == .replace || self == .maximum || self == .minimum
        default: self == .replace
        }
    }
}

/// The definition of **scatter**: see ``IndexParameters``. `destination[place(p) + i]` becomes `updates[(number of p) · run + i]`,
/// or what the operation makes of both. Positions are taken in order, so that of equal places the last one stays, and sums
/// have the same bits every time. A position with an index that is out of range is left out, or goes to the nearest place. With an indexed sample stride
/// of 0 all samples update the same elements: the gradient of a table.
package struct ScatterInstruction: InstructionDefinition {
    package static var opcode: Opcode { .scatter }
    package static var name: String { "scatter" }

    private let indexing: CheckedIndexing

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        indexing = try CheckedIndexing(try parameters.load(IndexParameters.self))
        guard let operation = ScatterOperation(rawValue: indexing.parameters.operation) else {
            throw ParameterError("operation \(indexing.parameters.operation) is not one of scatter's")
        }
        guard operation.computes(indexing.type) else {
            throw ParameterError("scatter doesn't \(operation) elements of type \(indexing.type)")
        }
        guard indexing.parameters.takesNearest == 0 || indexing.isEmpty || !indexing.isIndexedEmpty else {
            throw ParameterError("an indexed extent is 0, which has no nearest place for what is out of range")
        }
    }

    package func steps(samples: Int) -> Int? { indexing.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent(
                "updates", .read, bytes: indexing.plainBytes(samples: samples), elementBytes: indexing.type.bytes),
            OperandExtent(
                "indices", .read, bytes: indexing.indexBytes(samples: samples),
                elementBytes: Int(indexing.parameters.indexBytes)),
            OperandExtent(
                "destination", .update, bytes: indexing.indexedBytes(samples: samples),
                elementBytes: indexing.type.bytes),
        ]
    }
}
