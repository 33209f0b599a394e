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
}
