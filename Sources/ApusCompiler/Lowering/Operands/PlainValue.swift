import ApusGraph
import ApusInstructions
import ApusPlan

/// A value as the general instructions take it: its elements row-major, its samples a stride apart.
struct PlainValue {
    var place: Place
    /// As many numbers as the type has dimensions: see ``Lowering/dimensions(of:)``.
    var dimensions: [Int]
    /// Elements from a sample to the next; 0 where all samples share the value.
    var sampleStride: Int
    var type: StoredType

    /// Elements of a sample.
    var count: Int { dimensions.reduce(1, *) }

    /// The stride of each dimension.
    var strides: [Int] { rowMajorStrides(dimensions) }
}

extension Lowering {
    /// The dimensions of the part of the value that a sample has, or of all of it where samples share it: as many as the type
    /// has, so that axes keep their numbers. The batch counts as 1, and `c` times the batch as `c`.
    func dimensions(of value: ValueID) throws(LoweringError) -> [Int] {
        let shape = try sampleShape(value)
        return shape.count < graph[value].type.rank ? [1] + shape : shape
    }

    /// The value, whether samples have it or share it.
    ///
    /// - Parameter isAligned: whether its samples must lie as ``Lowering/plainLayout(of:)`` says.
    mutating func plainValue(_ value: ValueID, isAligned: Bool = false) throws(LoweringError) -> PlainValue {
        let dimensions = try dimensions(of: value)
        guard context.samples.isDynamic(value) else { return plain(try made(value), dimensions) }
        return plain(isAligned ? try plainOperand(value) : try readableOperand(value), dimensions)
    }

    /// Room for a plain result that each sample has.
    ///
    /// - Parameter isOutput: whether it may be made where the caller wants it.
    mutating func makePlainResult(_ value: ValueID, isOutput: Bool = false) throws(LoweringError) -> PlainValue {
        plain(isOutput ? try makeOutput(value) : try makeResult(value), try dimensions(of: value))
    }

    /// Room for a result of the site's node without a batch: for the sum over the samples, to which the body adds; or, where the
    /// graph isn't cut, for what a sample has.
    ///
    /// - Parameter isCleared: whether the instruction adds to it in any case, so that it must be zero.
    mutating func makePlainSum(
        _ value: ValueID, _ site: Site, isCleared: Bool = false
    ) throws(LoweringError) -> PlainValue {
        guard site.isSum(value) else {
            let result = try makePlainResult(value)
            if isCleared { fill(result, with: 0, label: graph[value].name) }
            return result
        }
        let dimensions = try dimensions(of: value)
        let count = dimensions.reduce(1, *)
        // Some instructions add whole vectors.
        let sum = makeReduction(value, elements: count.roundedUp(to: lanes), form: .copy(count: count))
        return PlainValue(place: .fixed(sum), dimensions: dimensions, sampleStride: 0, type: .float32)
    }

    /// Sets all elements of a plain value of f32 that is made for one sample.
    private mutating func fill(_ value: PlainValue, with number: Double, label: String) {
        let steps = [MapStep(constant: number, result: 0)]
        let parameters = MapParameters(
            extents: eight([value.count], padding: 1), computeType: .float32, sourceCount: 0, stepCount: steps.count,
            destination: MapOperand(strides: eight([1], padding: 0), sampleStride: value.sampleStride))
        emit(parameters, steps, [value.place], label: label)
    }

    /// Appends a `map` instruction.
    mutating func emit(_ parameters: MapParameters, _ steps: [MapStep], _ operands: [Place], label: String) {
        append(
            PendingInstruction(
                opcode: .map, operands: operands,
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: label, multiplyAdds: 0))
    }

    private func plain(_ stored: Stored, _ dimensions: [Int]) -> PlainValue {
        PlainValue(
            place: stored.place, dimensions: dimensions,
            sampleStride: Int(stored.layout.sampleStride) * stored.imageCount, type: stored.elementType.storedType)
    }
}

extension Site {
    /// Throws where an operand is not of f32, and the instruction computes with nothing else.
    func requireSinglePrecision() throws(LoweringError) {
        for operand in operands where type(operand).elementType != .f32 {
            throw unsupported("computes with f32 only, and not with \(type(operand)); cast it first")
        }
    }

    /// Whether the result is a sum over samples: it has no batch, and an operand has.
    func isSum(_ result: ValueID) -> Bool { !isDynamic(result) && operands.contains { isDynamic($0) } }
}

/// The numbers, for the innermost of eight loops, with `padding` before them.
///
/// - Precondition: there are at most eight.
func eight(_ numbers: [Int], padding: Int) -> Eight {
    let all = (Array(repeating: padding, count: 8 - numbers.count) + numbers).map(Int32.init)
    return (all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7])
}

extension ElementType {
    /// How instructions call the type.
    var storedType: StoredType { StoredType(self) }
}
