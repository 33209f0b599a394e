public import ApusPlan
public import ApusRuntime

/// An array with an element type and a shape, row-major: what a session takes and gives by name. Copies share its bytes.
///
///     let scores = ShapedArray([0.1, 0.9, 0.8, 0.2] as [Float], shape: [2, 2])
///     let first = try scores[0].elements(as: Float.self)  // [0.1, 0.9]
public struct ShapedArray: Sendable, Equatable, CustomStringConvertible {
    /// What the elements are; ``PortElement`` says which types of Swift have them.
    public let elementType: Port.ElementType
    /// The dimensions; none for a single number.
    public let shape: [Int]
    let storage: AlignedBytes

    init(_ elementType: Port.ElementType, shape: [Int], aligned storage: AlignedBytes) {
        self.elementType = elementType
        self.shape = shape
        self.storage = storage
    }

    /// An array of these elements.
    ///
    /// - Parameters:
    ///   - elements: in row-major order.
    ///   - shape: the dimensions, whose product is the number of elements; nil: one dimension.
    /// - Precondition: the elements fill the shape.
    public init<Element: PortElement>(_ elements: [Element], shape: [Int]? = nil) {
        let shape = shape ?? [elements.count]
        precondition(Self.isFilled(shape, by: elements.count), "\(elements.count) elements for \(shape)")
        var storage = AlignedBytes()
        unsafe elements.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
        self.init(Element.portElementType, shape: shape, aligned: storage)
    }

    /// An array of any element type, from its bytes: little-endian and without gaps.
    ///
    /// - Precondition: the bytes fill the shape.
    public init(_ elementType: Port.ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(
            Self.isFilled(shape + [elementType.size], by: bytes.count),
            "\(bytes.count) bytes for \(elementType.rawValue)\(shape)")
        self.init(elementType, shape: shape, aligned: AlignedBytes(bytes))
    }

    private static func isFilled(_ shape: [Int], by count: Int) -> Bool {
        shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count
    }

    /// The number of elements.
    public var count: Int { storage.count / elementType.size }

    /// `f32[2, 10]`
    public var description: String { "\(elementType.rawValue)[\(shape.map(String.init).joined(separator: ", "))]" }

    // MARK: Parts

    /// The part at an index of the first dimension: of `[N, 10]`, the `[10]` of a sample. Its bytes are a copy. O(their number).
    ///
    /// - Precondition: there is a dimension, and the index lies in it.
    public subscript(index: Int) -> ShapedArray {
        precondition(!shape.isEmpty, "a single number has no parts")
        precondition(index >= 0 && index < shape[0], "part \(index) of \(shape[0])")
        let size = storage.count / shape[0]
        let part = unsafe UnsafeRawBufferPointer(start: storage.address + index * size, count: size)
        return ShapedArray(elementType, shape: Array(shape.dropFirst()), aligned: unsafe AlignedBytes(part))
    }

    /// The same elements under other dimensions. The bytes are shared. O(1).
    ///
    /// - Precondition: the elements fill the shape.
    public func reshaped(to shape: [Int]) -> ShapedArray {
        precondition(Self.isFilled(shape, by: count), "\(count) elements for \(shape)")
        return ShapedArray(elementType, shape: shape, aligned: storage)
    }

    // MARK: Elements

    /// The elements in row-major order.
    ///
    /// - Throws: ``SessionError/wrongElementType(port:expected:given:)`` where the array's are of another type. ``numbers`` has
    ///   those of any type.
    public func elements<Element: PortElement>(as type: Element.Type) throws(SessionError) -> [Element] {
        guard Element.portElementType == elementType else {
            throw .wrongElementType(port: "the array", expected: elementType, given: Element.portElementType)
        }
        return values(Element.self)
    }

    /// The elements in row-major order, converted to double precision from whatever they are: truth values to 1 and 0, and integers
    /// of 64 bits to the nearest number.
    public var numbers: [Double] {
        switch elementType {
        case .f32: values(Float.self).map(Double.init)
        case .f64: values(Double.self)
        case .f16: values(Float16.self).map(Double.init)
        case .bf16: values(UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
        case .i8: values(Int8.self).map(Double.init)
        case .i16: values(Int16.self).map(Double.init)
        case .i32: values(Int32.self).map(Double.init)
        case .i64: values(Int64.self).map(Double.init)
        case .u8: values(UInt8.self).map(Double.init)
        case .u16: values(UInt16.self).map(Double.init)
        case .u32: values(UInt32.self).map(Double.init)
        // `Double.init` would take them as bits.
        case .u64: values(UInt64.self).map { Double($0) }
        case .bool: values(Bool.self).map { $0 ? 1 : 0 }
        }
    }

    /// The bytes of the elements, as ``init(_:shape:bytes:)`` takes them.
    public var bytes: [UInt8] { values(UInt8.self, count: storage.count) }

    /// The bytes as elements of a type of this size.
    private func values<Element: PortElement>(_ type: Element.Type, count: Int? = nil) -> [Element] {
        unsafe Array(unsafeUninitializedCapacity: count ?? self.count) { room, initialized in
            let target = UnsafeMutableRawBufferPointer(room)
            if Element.portElementType == .bool {
                // Swift's truth values are 0 or 1 and nothing else.
                for index in 0..<storage.count { unsafe target[index] = storage[index] == 0 ? 0 : 1 }
            } else {
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: storage.address, count: storage.count))
            }
            initialized = room.count
        }
    }
}
