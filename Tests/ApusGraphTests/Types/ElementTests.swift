import ApusGraph
import OperatorCases
import Testing

struct ElementTests {
    @Test func everyTypeHasASize() {
        let sizes: [ElementType: Int] = [
            .f32: 4, .f16: 2, .bf16: 2, .f64: 8, .i8: 1, .u8: 1, .i16: 2, .u16: 2, .i32: 4, .u32: 4, .i64: 8, .u64: 8,
            .bool: 1,
        ]
        #expect(sizes.count == ElementType.allCases.count)
        for (type, size) in sizes { #expect(type.size == size, "\(type)") }
    }

    @Test func floatsBecomeIntegersTowardsZeroAndWithinTheType() {
        let numbers = Elements.numbers([1.9, -1.9, 300, -300, .nan, .infinity, 1e30])
        #expect(numbers.converted(to: .i8) == .integers([1, -1, 127, -128, 0, 127, 127]))
        #expect(numbers.converted(to: .u8) == .integers([1, 0, 255, 0, 0, 255, 255]))
        #expect(numbers.converted(to: .i64) == .integers([1, -1, 300, -300, 0, Int.max, Int.max]))
        #expect(Elements.numbers([0, -0.0, 0.1, .nan]).converted(to: .bool) == .integers([0, 0, 1, 1]))
    }

    @Test func integersKeepTheirLowBits() {
        let integers = Elements.integers([300, -1, Int.max])
        #expect(integers.converted(to: .u8) == .integers([44, 255, 255]))
        #expect(integers.converted(to: .i16) == .integers([300, -1, -1]))
        #expect(integers.converted(to: .bool) == .integers([1, 1, 1]))
    }

    @Test func halfPrecisionRoundsToEven() {
        #expect(Elements.numbers([2049, 2051, 1e6]).converted(to: .f16) == .numbers([2048, 2052, .infinity]))
        // 256 has a step of 2 in seven bits of fraction.
        #expect(Elements.numbers([257, 259, -257]).converted(to: .bf16) == .numbers([256, 260, -256]))
    }

    @Test func bytesAreReadBack() throws {
        let seed: UInt64 = 5
        var random = SeededRandom(seed: seed)
        for type in ElementType.allCases {
            let elements: Elements =
                type.isFloatingPoint
                ? .numbers((0..<40).map { _ in Double(random.integer(-99...99)) / 4 } + [.infinity, -0.0])
                : .integers((0..<40).map { _ in Int(truncatingIfNeeded: random.next()) })
            let stored = elements.converted(to: type)
            #expect(try StoredConstant.readBack(type, stored) == stored, "\(type), seed \(seed)")
        }
    }
}

private enum StoredConstant {
    /// The elements, after a graph that repeats them went through a model file: more than are written in its text.
    static func readBack(_ type: ElementType, _ elements: Elements) throws -> Elements {
        let repeated = elements.picking((0..<4 * elements.count).map { $0 % elements.count }, fill: 0)
        var editor = GraphEditor(name: "stored")
        let constant = try editor.addConstant("table", TensorType(type, shape: [repeated.count]), elements: repeated)
        editor.addOutput(constant)
        let file = try ModelFile.encode(Model(graph: editor.graph), weights: .f32)
        let graph = try ModelFile.decode(file).graph
        return graph.constants[0].elements.picking((0..<elements.count).map { $0 }, fill: 0)
    }
}
