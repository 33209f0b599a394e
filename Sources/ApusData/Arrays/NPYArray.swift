public import ApusGraph

/// An array in the file format of NumPy, of any element type: a shape, and the elements as bytes.
///
/// The format is described in NumPy Enhancement Proposal 1 (R. Kern, 2007) and in the documentation of `numpy.lib.format`.
/// Versions 1.0 to 3.0 are read, in C and in Fortran order; 1.0 is written.
///
/// NumPy has no bfloat16. The package `ml_dtypes` stores it as two bytes without a meaning, `V2`, and so does this type.
/// Elsewhere it is kept as `uint16`, which is read as bfloat16 where ``WordReading/bfloat16`` asks for it.
public struct NPYArray: Equatable, Sendable {
    public let type: ElementType
    /// The dimensions; none for a single number. At most ``maximumRank``.
    public let shape: [Int]
    /// The elements, row-major and little-endian, as many bytes each as the type has. Truth values are 0 or 1.
    public let bytes: [UInt8]

    /// Arrays of more dimensions are refused.
    public static let maximumRank = 8
    /// Files larger than this are refused: 4 GiB.
    private static let maximumFile = 1 << 32

    /// What unsigned integers of 16 bits in a file are.
    public enum WordReading: Sendable {
        case unsigned
        /// The upper halves of numbers in single precision.
        case bfloat16
    }

    /// Where an element lies in a file.
    public enum Order: Sendable {
        /// The last index runs quickest.
        case c
        /// The first index runs quickest.
        case fortran
    }

    /// An array of these bytes; there are as many as the shape and the type say.
    public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(
            boundedProduct(shape, limit: .max / 8).map { $0 * type.size } == bytes.count,
            "\(bytes.count) bytes for \(type.rawValue)\(shape)")
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// The number of elements.
    public var count: Int { bytes.count / type.size }

    /// Reads a file.
    /// - Throws: ``DataError`` where the file can't be read, is damaged, or holds elements of another type.
    public static func read(_ path: String, words: WordReading = .unsigned) throws(DataError) -> NPYArray {
        try decode(readData(path, limit: maximumFile), name: path, words: words)
    }

    /// Reads an array from the bytes of a file. `name` is what errors call it. O(bytes).
    public static func decode(_ file: [UInt8], name: String, words: WordReading = .unsigned) throws(DataError)
        -> NPYArray
    {
        var reader = NPYHeaderReader(bytes: file, name: name)
        let header = try reader.read()
        let size = header.type.size
        let dataBytes = file.count - header.end
        guard let count = boundedProduct(header.shape, limit: dataBytes / size), count * size == dataBytes else {
            let text = header.shape.isEmpty ? "1" : header.shape.map(String.init).joined(separator: " × ")
            throw DataError(
                file: name, problem: "its header says \(text) elements of \(size) bytes, and \(dataBytes) bytes follow",
                remedy: "save the array again")
        }
        var bytes = Array(file[header.end...])
        if header.type == .bool { for index in bytes.indices { bytes[index] = bytes[index] == 0 ? 0 : 1 } }
        if header.order == .fortran { bytes = Self.transposed(bytes, from: header.shape, elementBytes: size) }
        let type = header.type == .u16 && words == .bfloat16 ? .bf16 : header.type
        return NPYArray(type: type, shape: header.shape, bytes: bytes)
    }

    /// The bytes of a file. O(bytes).
    public func encoded(order: Order = .c) -> [UInt8] {
        let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let isFortran = order == .fortran
        var header = Array(
            "{'descr': '\(type.npyName)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(dimensions)), }"
                .utf8)
        // The elements begin at a multiple of 64, and the header ends with a line feed.
        while (10 + header.count + 1) % 64 != 0 { header.append(UInt8(ascii: " ")) }
        header.append(UInt8(ascii: "\n"))
        var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        file += [UInt8(truncatingIfNeeded: header.count), UInt8(truncatingIfNeeded: header.count >> 8)] + header
        // In Fortran order the bytes are those of the transposed array in C order.
        return file + (isFortran ? Self.transposed(bytes, from: shape.reversed(), elementBytes: type.size) : bytes)
    }

    /// Writes a file, whole or not at all.
    public func write(to path: String, order: Order = .c) throws(DataError) {
        try writeData(encoded(order: order), to: path)
    }

    /// The elements in C order of an array of this shape whose first index runs quickest. O(bytes).
    private static func transposed(_ bytes: [UInt8], from shape: [Int], elementBytes: Int) -> [UInt8] {
        guard shape.count > 1, !bytes.isEmpty else { return bytes }
        var strides = [elementBytes]
        for dimension in shape.dropLast() { strides.append(strides[strides.count - 1] * dimension) }
        var result = [UInt8](repeating: 0, count: bytes.count)
        var indices = [Int](repeating: 0, count: shape.count)
        var source = 0
        for destination in stride(from: 0, to: bytes.count, by: elementBytes) {
            for byte in 0..<elementBytes { result[destination + byte] = bytes[source + byte] }
            var dimension = shape.count - 1
            while dimension >= 0 {
                indices[dimension] += 1
                source += strides[dimension]
                if indices[dimension] < shape[dimension] { break }
                source -= strides[dimension] * shape[dimension]
                indices[dimension] = 0
                dimension -= 1
            }
        }
        return result
    }
}

extension ElementType {
    /// What NumPy calls the type in a file.
    var npyName: String {
        switch self {
        case .f16: "<f2"
        case .bf16: "<V2"
        case .f32: "<f4"
        case .f64: "<f8"
        case .i8: "|i1"
        case .u8: "|u1"
        case .i16: "<i2"
        case .u16: "<u2"
        case .i32: "<i4"
        case .u32: "<u4"
        case .i64: "<i8"
        case .u64: "<u8"
        case .bool: "|b1"
        }
    }

    /// The type that NumPy calls so. Bytes have no order, and files name one or none.
    init?(npyName name: String) {
        let bare = name.first == "|" || name.first == "<" ? String(name.dropFirst()) : name
        guard let type = Self.allCases.first(where: { $0.npyName.dropFirst() == bare }),
            name.first == "<" || type.size == 1 || type == .bf16
        else { return nil }
        self = type
    }
}
