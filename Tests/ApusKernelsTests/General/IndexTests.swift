import ApusInstructions
import Testing

/// **gather** and **scatter**, against the definitions of ONNX's operators in plain loops.
@Suite struct IndexTests {
    /// Random indices for an extent; every tenth is out of range.
    static func indices(_ random: inout SeededGenerator, _ count: Int, extent: (Int) -> Int) -> [Int64] {
        (0..<count).map { place in
            let extent = extent(place)
            if random.int(0...9) == 0 {
                return [Int64(extent), Int64(-extent - 1), .max, .min][random.int(0...3)]
            }
            return Int64(random.int(-extent...extent - 1))
        }
    }

    static func nearest(_ index: Int64, _ extent: Int) -> Int {
        let counted = index < 0 ? index &+ Int64(extent) : index
        return Int(max(0, min(Int64(extent) - 1, counted)))
    }

    static func isInside(_ index: Int64, _ extent: Int) -> Bool { index >= -Int64(extent) && index < Int64(extent) }

    /// A random case: the parameters, the number of indexed elements, and per position its indices' extents and its place.
    struct Case {
        var parameters: IndexParameters
        var indexedCount = 0
        var positions = 0
        var extents: [Int] = []
        /// The place in the indexed operand of a position, given its indices.
        var place: (Int, [Int]) -> Int

        init(_ random: inout SeededGenerator) {
            switch random.int(0...2) {
            case 0:
                let (outer, axis, inner) = (
                    random.int(1...4), random.int(1...6),
                    random.int(0...3) == 0 ? random.int(1...70) : random.int(1...4)
                )
                let count = random.int(0...7)
                parameters = .slices(outer: outer, axis: axis, inner: inner, count: count)
                // One index serves all outer positions.
                positions = outer * count
                indexedCount = outer * axis * inner
                extents = [axis]
                place = { position, index in (position / max(count, 1) * axis + index[0]) * inner }
            case 1:
                let shape = random.shape(rank: 1...5, extents: 1...3)
                let axis = random.int(0...shape.count - 1)
                var indexShape = shape.map { random.int(1...$0) }
                indexShape[axis] = random.int(0...6)
                parameters = .elements(shape: shape, axis: axis, indexShape: indexShape)
                positions = indexShape.reduce(1, *)
                indexedCount = shape.reduce(1, *)
                extents = [shape[axis]]
                let (strides, indexStrides) = (rowMajor(shape), rowMajor(indexShape))
                place = { position, index in
                    shape.indices.reduce(0) {
                        $0 + ($1 == axis ? index[0] : position / indexStrides[$1] % indexShape[$1]) * strides[$1]
                    }
                }
            default:
                let (batch, count, run) = (random.int(1...3), random.int(0...6), random.int(1...20))
                let indexed = random.shape(rank: 1...4, extents: 1...4)
                parameters = .tuples(batch: batch, indexed: indexed, run: run, count: count)
                positions = batch * count
                indexedCount = batch * indexed.reduce(run, *)
                extents = indexed
                let strides = rowMajor(indexed)
                place = { position, index in
                    let part = position / max(count, 1) * indexed.reduce(1, *)
                    return (part + zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }) * run
                }
            }
        }

        var run: Int { Int(parameters.run) }
        var depth: Int { extents.count }
    }

    /// The indices of each position, from those that are stored.
    func tuples(_ test: Case, _ stored: ArraySlice<Int64>) -> [[Int64]] {
        let values = Array(stored)
        return (0..<test.positions).map { position in
            let count = values.count / test.depth
            let tuple = count == 0 ? 0 : position % count
            return (0..<test.depth).map { values[tuple * test.depth + $0] }
        }
    }

    func check<Element: FixedWidthInteger & BitwiseCopyable>(
        gather element: Element.Type, _ type: StoredType, _ set: InstructionSet
    ) throws {
        for seed in 0..<80 {
            var random = SeededGenerator(seed: seed)
            var test = Case(&random)
            let samples = random.int(1...3)
            let stored = try storedIndices(&test, GatherInstruction.self)
            test.parameters.type = UInt8(type.rawValue)
            test.parameters.indexBytes = seed % 2 == 0 ? 8 : 4
            test.parameters.indexedSampleStride = random.int(0...2) == 0 ? 0 : Int32(test.indexedCount)
            test.parameters.indexSampleStride = Int32(stored)
            test.parameters.plainSampleStride = Int32(test.positions * test.run)
            let narrow: (Int64) -> Int64 = { seed % 2 == 0 ? $0 : Int64(Int32(clamping: $0)) }
            let indices = Self.indices(&random, stored * samples) { test.extents[$0 % test.depth] }.map(narrow)
            let source = (0..<test.indexedCount * samples).map { _ in Element.random(in: .min ... .max, using: &random)
            }
            let extents = try definition(GatherInstruction.self, test.parameters).operands(samples: samples)
            let destination = GuardedElements([Element](repeating: 0, count: test.positions * test.run * samples))
            #expect(extents[2].bytes.count == destination.values(UInt8.self).count, "seed \(seed)")
            let sourceBytes = GuardedElements(source, bytes: extents[0].bytes)
            let indexBytes =
                seed % 2 == 0
                ? GuardedElements(indices, bytes: extents[1].bytes)
                : GuardedElements(indices.map { Int32($0) }, bytes: extents[1].bytes)
            set.run(.gather, [sourceBytes, indexBytes, destination], test.parameters, samples: samples)
            var expected: [Element] = []
            for sample in 0..<samples {
                for (position, tuple) in tuples(test, indices[sample * stored..<(sample + 1) * stored]).enumerated() {
                    let index = zip(tuple, test.extents).map { Self.nearest($0, $1) }
                    let place = test.place(position, index) + sample * Int(test.parameters.indexedSampleStride)
                    expected += source[place..<place + test.run]
                }
            }
            #expect(destination.values(Element.self) == expected, "\(type), seed \(seed)")
        }
    }

    /// How many indices a sample has.
    func storedIndices<Definition: InstructionDefinition>(_ test: inout Case, _ type: Definition.Type) throws -> Int {
        test.parameters.indexBytes = 8
        return try definition(Definition.self, test.parameters).operands(samples: 1)[1].bytes.count / 8
    }

    @Test(arguments: InstructionSet.available)
    func gatherMovesElementsOfAnySize(set: InstructionSet) throws {
        try check(gather: UInt8.self, .boolean, set)
        try check(gather: UInt16.self, .float16, set)
        try check(gather: UInt32.self, .float32, set)
        try check(gather: UInt64.self, .int64, set)
    }

    func check<Element: BitwiseCopyable & Comparable>(
        scatter operation: ScatterOperation, _ type: StoredType, _ set: InstructionSet,
        random element: (inout SeededGenerator) -> Element, join: (Element, Element) -> Element
    ) throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: seed)
            var test = Case(&random)
            let samples = random.int(1...3)
            let stored = try storedIndices(&test, ScatterInstruction.self)
            test.parameters.type = UInt8(type.rawValue)
            test.parameters.operation = operation.rawValue
            test.parameters.takesNearest = UInt8(random.int(0...1))
            let takesNearest = test.parameters.takesNearest == 1
            test.parameters.indexedSampleStride = random.int(0...2) == 0 ? 0 : Int32(test.indexedCount)
            test.parameters.indexSampleStride = Int32(stored)
            test.parameters.plainSampleStride = Int32(test.positions * test.run)
            let indices = Self.indices(&random, stored * samples) { test.extents[$0 % test.depth] }
            let updates = (0..<test.positions * test.run * samples).map { _ in element(&random) }
            var expected = (0..<test.indexedCount * samples).map { _ in element(&random) }
            let extents = try definition(ScatterInstruction.self, test.parameters).operands(samples: samples)
            let destination = GuardedElements(expected, bytes: extents[2].bytes)
            set.run(
                .scatter,
                [
                    GuardedElements(updates, bytes: extents[0].bytes),
                    GuardedElements(indices, bytes: extents[1].bytes), destination,
                ], test.parameters, samples: samples)
            for sample in 0..<samples {
                for (position, tuple) in tuples(test, indices[sample * stored..<(sample + 1) * stored]).enumerated()
                where takesNearest || zip(tuple, test.extents).allSatisfy({ Self.isInside($0, $1) }) {
                    let index = zip(tuple, test.extents).map { Self.nearest($0, $1) }
                    let place = test.place(position, index) + sample * Int(test.parameters.indexedSampleStride)
                    for step in 0..<test.run {
                        let update = updates[(sample * test.positions + position) * test.run + step]
                        expected[place + step] = join(expected[place + step], update)
                    }
                }
            }
            let actual = destination.values(Element.self)
            #expect(actual == Array(expected.prefix(actual.count)), "\(operation) of \(type), seed \(seed)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func scatterJoinsInOrder(set: InstructionSet) throws {
        let float: (inout SeededGenerator) -> Float = { Float.random(in: -2...2, using: &$0) }
        try check(scatter: .replace, .float32, set, random: float) { $1 }
        try check(scatter: .add, .float32, set, random: float) { $0 + $1 }
        try check(scatter: .multiply, .float32, set, random: float) { $0 * $1 }
        try check(scatter: .maximum, .float32, set, random: float) { max($0, $1) }
        try check(scatter: .minimum, .float32, set, random: float) { min($0, $1) }
        let long: (inout SeededGenerator) -> Int64 = { Int64.random(in: .min ... .max, using: &$0) }
        try check(scatter: .add, .int64, set, random: long) { $0 &+ $1 }
        try check(scatter: .minimum, .int64, set, random: long) { min($0, $1) }
        let short: (inout SeededGenerator) -> Int32 = { Int32.random(in: .min ... .max, using: &$0) }
        try check(scatter: .multiply, .int32, set, random: short) { $0 &* $1 }
        let byte: (inout SeededGenerator) -> UInt8 = { UInt8.random(in: 0...1, using: &$0) }
        try check(scatter: .maximum, .boolean, set, random: byte) { max($0, $1) }
        try check(scatter: .replace, .uint16, set, random: { UInt16.random(in: 0...9, using: &$0) }) { $1 }
    }

    @Test func refusesWhatItCantCompute() {
        let parameters = IndexParameters.slices(outer: 2, axis: 3, inner: 4, count: 5)
        func message<Definition: InstructionDefinition>(
            _ type: Definition.Type, _ change: (inout IndexParameters) -> Void
        ) -> String {
            var changed = parameters
            change(&changed)
            do throws(ParameterError) {
                _ = try definition(Definition.self, changed)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message(GatherInstruction.self) { _ in } == "")
        #expect(message(GatherInstruction.self) { $0.operation = 1 } == "gather's operation is 1, not in 0 to 0")
        #expect(
            message(GatherInstruction.self) { $0.takesNearest = 1 } == "gather's takesNearest is 1, not in 0 to 0")
        #expect(message(ScatterInstruction.self) { $0.takesNearest = 2 } == "takesNearest is 2, neither 0 nor 1")
        #expect(message(GatherInstruction.self) { $0.depth = 9 } == "the depth is 9, not in 1 to 8")
        #expect(message(GatherInstruction.self) { $0.indexBytes = 2 } == "an index has 2 bytes, neither 4 nor 8")
        #expect(
            message(GatherInstruction.self) { $0.indexedExtents[0] = 0 }
                == "there are indices, but an indexed extent is 0: nothing can be gathered")
        #expect(message(GatherInstruction.self) { $0.strides[0] = -1 } == "a stride of the indexed operand is negative")
        #expect(message(ScatterInstruction.self) { $0.operation = 5 } == "operation 5 is not one of scatter's")
        #expect(
            message(ScatterInstruction.self) {
                $0.operation = 1; $0.type = 1
            }
                == "scatter doesn't add elements of type float16")
    }
}
