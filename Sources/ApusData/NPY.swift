/// An array in the file format of NumPy: a shape and its elements, row-major.
///
/// The format is described in NumPy Enhancement Proposal 1 (R. Kern, 2007). Versions 1.0 and 2.0 are read, 1.0 is written.
public struct NPY<Element: NPYElement>: Equatable, Sendable {
    /// The dimensions; none for a single number.
    public let shape: [Int]
    public let elements: [Element]

    /// An array of these elements; their number is the product of the dimensions.
    public init(shape: [Int], elements: [Element]) {
        precondition(boundedProduct(shape, limit: .max) == elements.count, "\(elements.count) elements for \(shape)")
        self.shape = shape
        self.elements = elements
    }
}

/// What an `.npy` file can be read into and written from: `Float` and `Int32`.
public protocol NPYElement: Equatable, Sendable {
    /// How NumPy calls this type: `<f4` or `<i4`.
    static var npyType: String { get }
    /// The number as this type, or nil where it can't be one. Fractions are dropped by no type.
    init?(npy value: Double)
    init?(npy value: Int64)
    var npyBits: UInt32 { get }
}

extension Float: NPYElement {
    public static var npyType: String { "<f4" }
    public init?(npy value: Double) { self = Float(value) }
    public init?(npy value: Int64) { self = Float(value) }
    public var npyBits: UInt32 { bitPattern }
}

extension Int32: NPYElement {
    public static var npyType: String { "<i4" }
    public init?(npy value: Double) { self.init(exactly: value) }
    public init?(npy value: Int64) { self.init(exactly: value) }
    public var npyBits: UInt32 { UInt32(bitPattern: self) }
}

extension NPY {
    /// Files larger than this are refused: 4 GiB.
    private static var greatestFile: Int { 1 << 32 }

    /// Reads a file of `<f4`, `<f8`, `<i4`, `<i8` or `|u1` elements, converted to `Element`.
    /// - Throws: ``DataError`` where the file is damaged, of another type or order, or a number is not an `Element`.
    public static func read(_ path: String) throws(DataError) -> NPY {
        try decode(readData(path, limit: greatestFile), name: path)
    }

    /// Reads an array from the bytes of a file. `name` is what errors call it.
    public static func decode(_ bytes: [UInt8], name: String) throws(DataError) -> NPY {
        var reader = NPYHeaderReader(bytes: bytes, name: name)
        let header = try reader.read()
        let size = header.type.size
        let dataBytes = bytes.count - header.end
        let text = header.shape.isEmpty ? "1" : header.shape.map(String.init).joined(separator: " × ")
        guard let count = boundedProduct(header.shape, limit: dataBytes / size), count * size == dataBytes else {
            throw DataError(
                file: name,
                problem: "its header says \(text) elements of \(size) bytes, and \(dataBytes) bytes follow",
                remedy: "save the array again")
        }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element: Element = header.type.element(bytes, at: header.end + index * size) else {
                throw DataError(
                    file: name, problem: "element \(index) is not a whole number of 32 bits",
                    remedy: "save the array as int32")
            }
            elements.append(element)
        }
        return NPY(shape: header.shape, elements: elements)
    }

    /// The bytes of a file.
    public func encode() -> [UInt8] {
        let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = Array("{'descr': '\(Element.npyType)', 'fortran_order': False, 'shape': (\(dimensions)), }".utf8)
        // The elements begin at a multiple of 64, and the header ends with a line feed.
        while (10 + header.count + 1) % 64 != 0 { header.append(UInt8(ascii: " ")) }
        header.append(UInt8(ascii: "\n"))
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes += [UInt8(truncatingIfNeeded: header.count), UInt8(truncatingIfNeeded: header.count >> 8)] + header
        bytes.reserveCapacity(bytes.count + 4 * elements.count)
        for element in elements {
            let bits = element.npyBits
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return bytes
    }

    /// Writes a file, whole or not at all.
    public func write(to path: String) throws(DataError) {
        try writeData(encode(), to: path)
    }
}

/// The element types that are read.
enum NPYType: String {
    case float32 = "<f4"
    case float64 = "<f8"
    case int32 = "<i4"
    case int64 = "<i8"
    case uint8 = "|u1"

    /// Bytes of an element.
    var size: Int {
        switch self {
        case .uint8: 1
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// The element at an offset that leaves room for it, or nil where `Element` has no such number.
    func element<Element: NPYElement>(_ bytes: [UInt8], at offset: Int) -> Element? {
        var bits: UInt64 = 0
        for index in 0..<size { bits |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return switch self {
        case .float32: Element(npy: Double(Float(bitPattern: UInt32(bits))))
        case .float64: Element(npy: Double(bitPattern: bits))
        case .int32: Element(npy: Int64(Int32(truncatingIfNeeded: bits)))
        case .int64: Element(npy: Int64(bitPattern: bits))
        case .uint8: Element(npy: Int64(bits))
        }
    }
}
