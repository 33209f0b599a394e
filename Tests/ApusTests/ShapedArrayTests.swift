import Apus
import Testing

@Suite("Arrays with a shape")
struct ShapedArrayTests {
    private func comesBack<Element: PortElement & Equatable>(_ elements: [Element], as type: Port.ElementType) throws {
        let array = ShapedArray(elements)
        #expect(array.elementType == type)
        #expect(array.shape == [elements.count])
        #expect(try array.elements(as: Element.self) == elements)
        #expect(MemoryLayout<Element>.stride == type.size)
    }

    @Test func everyNumberOfSwiftComesBackAsItWas() throws {
        try comesBack([1.5, -.infinity] as [Float], as: .f32)
        try comesBack([1.5, -2] as [Double], as: .f64)
        try comesBack([1.5, -2] as [Float16], as: .f16)
        try comesBack([Int8.min, .max], as: .i8)
        try comesBack([Int16.min, .max], as: .i16)
        try comesBack([Int32.min, .max], as: .i32)
        try comesBack([Int64.min, .max], as: .i64)
        try comesBack([Int.min, .max], as: .i64)
        try comesBack([0, UInt8.max], as: .u8)
        try comesBack([0, UInt16.max], as: .u16)
        try comesBack([0, UInt32.max], as: .u32)
        try comesBack([0, UInt64.max], as: .u64)
        try comesBack([true, false], as: .bool)
    }

    @Test func typesAreNotMixedUp() throws {
        let array = ShapedArray(.bf16, shape: [1, 2], bytes: [0x80, 0x3f, 0, 0])
        #expect(array.description == "bf16[1, 2]")
        let error = #expect(throws: SessionError.self) { try array.elements(as: Float.self) }
        #expect(error == .wrongElementType(port: "the array", expected: .bf16, given: .f32))
        #expect(try ShapedArray(.bool, shape: [3], bytes: [0, 1, 7]).elements(as: Bool.self) == [false, true, true])
        #expect((2.5 as Float).shapedArray.shape == [])
    }

    @Test func numbersAreThoseOfAnyType() {
        #expect(ShapedArray([1.5, -2] as [Float16]).numbers == [1.5, -2])
        #expect(ShapedArray([0.1] as [Double]).numbers == [0.1])
        #expect(ShapedArray([0.5, .infinity] as [Float]).numbers == [0.5, .infinity])
        #expect(ShapedArray([Int8.min]).numbers == [-128])
        #expect(ShapedArray([Int16.min]).numbers == [-32768])
        #expect(ShapedArray([Int32.min]).numbers == [-2_147_483_648])
        #expect(ShapedArray([Int64.min, 3]).numbers == [-9_223_372_036_854_775_808, 3])
        #expect(ShapedArray([UInt8.max]).numbers == [255])
        #expect(ShapedArray([UInt16.max]).numbers == [65535])
        #expect(ShapedArray([UInt32.max]).numbers == [4_294_967_295])
        #expect(ShapedArray([UInt64.max]).numbers == [18_446_744_073_709_551_616])
        #expect(ShapedArray(.bool, shape: [3], bytes: [0, 1, 7]).numbers == [0, 1, 1])
        // 1 and −2.5: the upper halves of single precision.
        #expect(ShapedArray(.bf16, shape: [2], bytes: [0x80, 0x3f, 0x20, 0xc0]).numbers == [1, -2.5])
    }

    @Test func bytesComeBack() {
        let bytes: [UInt8] = [0x80, 0x3f, 0, 0, 1, 2]
        #expect(ShapedArray(.bf16, shape: [3], bytes: bytes).bytes == bytes)
        #expect(ShapedArray([258] as [Int32]).bytes == [2, 1, 0, 0])
    }

    @Test func partsAndOtherShapesHaveTheElements() throws {
        let array = ShapedArray([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
        #expect(array[1] == ShapedArray([3, 4] as [Float]))
        #expect(array[2][1] == ShapedArray([6] as [Float], shape: []))
        #expect(array.reshaped(to: [1, 6])[0].shape == [6])
        #expect(try array.reshaped(to: [2, 3])[1].elements(as: Float.self) == [4, 5, 6])
        #expect(ShapedArray([Int16](), shape: [2, 0])[1].count == 0)
    }
}
