public import ApusPlan
public import ApusRuntime

/// An array with an element type and a shape, row-major: what a session takes and gives by name. Copies share its bytes.
public struct ShapedArray: Sendable, Equatable, CustomStringConvertible {
    public let elementType: Port.ElementType
    /// The dimensions; none for a single number.
    public let shape: [Int]
    let bytes: AlignedBytes

    init(_ elementType: Port.ElementType, shape: [Int], aligned bytes: AlignedBytes) {
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    /// An array of these elements.
    ///
    /// - Parameter shape: the dimensions, whose product is the number of elements; nil: one dimension.
    /// - Precondition: the elements fill the shape.
    public init<Element: PortElement>(_ elements: [Element], shape: [Int]? = nil) {
        let shape = shape ?? [elements.count]
        precondition(
            shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count,
            "\(elements.count) elements for \(shape)")
        var bytes = AlignedBytes()
        unsafe elements.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        self.init(Element.portElementType, shape: shape, aligned: bytes)
    }

    /// An array of any element type, from its bytes: little-endian and without gaps.
    ///
    /// - Precondition: the bytes fill the shape.
    public init(_ elementType: Port.ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && shape.reduce(elementType.size, *) == bytes.count,
            "\(bytes.count) bytes for \(elementType.rawValue)\(shape)")
        self.init(elementType, shape: shape, aligned: AlignedBytes(bytes))
    }

    /// The number of elements.
    public var count: Int { bytes.count / elementType.size }

    /// The elements in row-major order.
    ///
    /// - Throws: ``SessionError/wrongElementType(port:expected:given:)`` where the array's are of another type.
    public func elements<Element: PortElement>(as type: Element.Type) throws(SessionError) -> [Element] {
        guard Element.portElementType == elementType else {
            throw .wrongElementType(port: "the array", expected: elementType, given: Element.portElementType)
        }
        return unsafe Array(unsafeUninitializedCapacity: count) { room, initialized in
            let target = UnsafeMutableRawBufferPointer(room)
            if elementType == .bool {
                // Swift's truth values are 0 or 1 and nothing else.
                for index in 0..<count { unsafe target[index] = bytes[index] == 0 ? 0 : 1 }
            } else {
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: bytes.address, count: bytes.count))
            }
            initialized = count
        }
    }

    /// `f32[2, 10]`
    public var description: String { "\(elementType.rawValue)[\(shape.map(String.init).joined(separator: ", "))]" }
}
